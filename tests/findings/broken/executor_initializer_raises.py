# finds: executor-broken likely
# says: initializer of ex, FileNotFoundError
from concurrent.futures import ProcessPoolExecutor


def load():
    open("/no/such/model")


def task(n):
    return n


if __name__ == "__main__":
    with ProcessPoolExecutor(2, initializer=load) as ex:
        fs = [ex.submit(task, n) for n in range(3)]
    print(sum(1 for f in fs if f.exception() is None), "results")
