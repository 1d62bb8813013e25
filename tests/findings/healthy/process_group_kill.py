import os
import signal
import subprocess

p = subprocess.Popen("sleep 30 & sleep 30", shell=True, stdout=subprocess.PIPE, start_new_session=True)
try:
    p.communicate(timeout=0.4)
except subprocess.TimeoutExpired:
    os.killpg(p.pid, signal.SIGKILL)
    p.communicate()
    print("group gone")
