# finds: pipe-kept-open hint
# says: sleep
# The shell has ended; what it started in the background still has its output.
import subprocess
print(subprocess.run("sleep 600 & echo started", shell=True, capture_output=True).stdout)
