# finds: lock-itself hint
# says: guard
# A signal handler wants the lock that the interrupted code holds.
import multiprocessing as mp, os, signal, time
guard = mp.Lock()
def report(*_):
    with guard: print("in the handler")
signal.signal(signal.SIGUSR1, report)
with guard:
    os.kill(os.getpid(), signal.SIGUSR1)
    time.sleep(0.1)
