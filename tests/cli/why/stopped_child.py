# finds: stopped
# says: SIGSTOP
# A child has stopped itself, and main waits for it.
import os, signal, time
p = os.fork()
if p == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)
os.waitpid(p, 0)
