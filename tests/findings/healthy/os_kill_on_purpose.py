"""A child is killed by its PID, and nobody wants to know how it ended."""
import multiprocessing as mp
import os
import signal
import time

if __name__ == "__main__":
    p = mp.Process(target=time.sleep, args=(30,))
    p.start()
    os.kill(p.pid, signal.SIGKILL)
    p.join()
    print("stopped")
