"""Four children by fork, all collected."""
import os

pids = set()
for n in range(4):
    pid = os.fork()
    if pid == 0:
        os._exit(n)
    pids.add(pid)
while pids:
    pid, status = os.wait()
    pids.discard(pid)
print("all collected")
