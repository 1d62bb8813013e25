# finds: global-copy-changed hint
# says: hits
"""A global number counted up in children."""
import multiprocessing as mp

hits = 0


def visit():
    global hits
    hits += 1


if __name__ == "__main__":
    crew = [mp.Process(target=visit) for _ in range(3)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print("hits:", hits)
