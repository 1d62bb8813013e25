# finds: process-object-copied hint
# says: Worker.answer
"""run() sets an attribute, main reads it."""
import multiprocessing as mp


class Worker(mp.Process):
    answer = None

    def run(self):
        self.answer = 42


if __name__ == "__main__":
    worker = Worker()
    worker.start()
    worker.join()
    print(worker.answer)
