"""forkserver, with a main guard and a lock of its own context."""
import multiprocessing as mp


def work(lock, value):
    with lock:
        value.value += 2


if __name__ == "__main__":
    ctx = mp.get_context("forkserver")
    lock, value = ctx.Lock(), ctx.Value("i", 1)
    p = ctx.Process(target=work, args=(lock, value))
    p.start()
    p.join()
    print(value.value)
