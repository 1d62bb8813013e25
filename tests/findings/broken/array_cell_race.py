# finds: lost-update
# says: totals[1]
"""Two processes add to the same cell of an array without a lock over both steps."""
from multiprocessing import Process, Array


def add(totals):
    for _ in range(3000):
        totals[1] += 1


if __name__ == "__main__":
    totals = Array("i", 3)
    crew = [Process(target=add, args=(totals,)) for _ in range(2)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(totals[1])
