"""Work for its effect: the results are None and nobody wants them."""
import multiprocessing as mp

done = mp.Value("i", 0)


def work(n):
    with done.get_lock():
        done.value += n


if __name__ == "__main__":
    pool = mp.get_context("fork").Pool(2)
    for n in range(5):
        pool.apply_async(work, (n,))
    pool.close()
    pool.join()
    print(done.value)
