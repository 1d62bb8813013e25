import multiprocessing as mp


def work(q):
    while True:
        x = q.get()
        try:
            if x == 2:
                raise ValueError(x)
        except ValueError:
            pass
        finally:
            q.task_done()


if __name__ == "__main__":
    q = mp.JoinableQueue()
    for _ in range(2):
        mp.Process(target=work, args=(q,), daemon=True).start()
    for n in range(5):
        q.put(n)
    q.join()
    print("all done")
