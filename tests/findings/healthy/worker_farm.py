"""Workers, a task queue, a result queue, one stop marker each."""
import multiprocessing as mp


def worker(tasks, results):
    while True:
        n = tasks.get()
        if n is None:
            break
        results.put((n, n * n))


if __name__ == "__main__":
    tasks, results = mp.Queue(), mp.Queue()
    crew = [mp.Process(target=worker, args=(tasks, results)) for _ in range(2)]
    for one in crew:
        one.start()
    for n in range(6):
        tasks.put(n)
    for _ in crew:
        tasks.put(None)
    print(sorted(results.get() for _ in range(6)))
    for one in crew:
        one.join()
