"""fork and waitpid by hand, with flushed output."""
import os
import sys

print("before the fork")
sys.stdout.flush()
pid = os.fork()
if pid == 0:
    os._exit(3)
_, status = os.waitpid(pid, 0)
print("child ended with", os.WEXITSTATUS(status))
