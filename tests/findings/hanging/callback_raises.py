# finds: result-thread-died certain
# says: TypeError

import multiprocessing as mp


def work(n):
    return {"id": n}


total = 0


def on_done(result):
    global total
    total += result                 # TypeError: result is a dict


if __name__ == "__main__":
    pool = mp.Pool(2)
    for n in range(3):
        pool.apply_async(work, (n,), callback=on_done)
    pool.close()
    print("waiting for the pool ...", flush=True)
    pool.join()                     # never returns
    print("total:", total)
