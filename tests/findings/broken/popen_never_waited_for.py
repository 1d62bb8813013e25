# finds: zombies
# says: 3 children
"""Commands started and never waited for."""
import subprocess
import time

running = [subprocess.Popen(["true"]) for _ in range(3)]
time.sleep(0.4)
print("started", len(running))
