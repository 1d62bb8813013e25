# finds: leaked certain
# says: semaphore
# status: any
"""A process that is killed leaves its semaphores to the tracker."""
import multiprocessing as mp
import os
import signal

if __name__ == "__main__":
    event = mp.get_context("spawn").Event()
    os.kill(os.getpid(), signal.SIGKILL)
