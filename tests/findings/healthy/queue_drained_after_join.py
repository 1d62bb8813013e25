"""The children have ended; what they put is taken until nothing comes any more."""
import multiprocessing as mp
import queue


def work(box, n):
    box.put(n)


if __name__ == "__main__":
    box = mp.Queue()
    crew = [mp.Process(target=work, args=(box, n)) for n in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    found = []
    while not box.empty():
        found.append(box.get())
    print(sorted(found))
