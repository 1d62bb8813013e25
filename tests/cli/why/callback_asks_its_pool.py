# finds: result-thread-waits
# says: callback
# A callback waits for a result, which only the thread it runs in could collect.
import multiprocessing as mp, os
def add(n): return n + 1
def main():
    with mp.Pool(2) as pool:
        def go_on(n): print(pool.apply(add, (n,)))
        print(pool.apply_async(add, (1,), callback=go_on).get())
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
