# finds: child-error-unseen certain
# says: ZeroDivisionError
"""One of the children divides by zero; main says that all is done."""
import multiprocessing as mp


def share(n, out):
    out.put(100 // n)


if __name__ == "__main__":
    out = mp.Queue()
    crew = [mp.Process(target=share, args=(n, out)) for n in (4, 0)]
    for one in crew:
        one.start()
    print(out.get())
    for one in crew:
        one.join()
    print("all done")
