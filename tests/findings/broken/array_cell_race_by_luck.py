# finds: lost-update likely
# says: votes[0], luck
"""Each adds once: it goes well nearly always."""
from multiprocessing import Process, Array
import time


def vote(votes, wait):
    time.sleep(wait)
    votes[0] += 1


if __name__ == "__main__":
    votes = Array("i", 2)
    crew = [Process(target=vote, args=(votes, n * 0.1)) for n in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(votes[0])
