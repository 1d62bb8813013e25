"""task_done and join; the workers are daemons."""
import multiprocessing as mp


def worker(box, total):
    while True:
        n = box.get()
        with total.get_lock():
            total.value += n
        box.task_done()


if __name__ == "__main__":
    box, total = mp.JoinableQueue(), mp.Value("i", 0)
    for _ in range(2):
        mp.Process(target=worker, args=(box, total), daemon=True).start()
    for n in range(10):
        box.put(n)
    box.join()
    print(total.value)
