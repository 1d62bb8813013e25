# finds: child-error-unseen likely
# says: trainer, was killed by SIGKILL
import multiprocessing as mp
import os
import signal


def train(epochs):
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    p = mp.Process(target=train, args=(3,), name="trainer")
    p.start()
    p.join()
    print("training is over")
