# finds: thread-queue
# says: feed
# imap reads its tasks from a queue, and no stop marker comes.
import multiprocessing as mp, os, queue
def double(n): return 2 * n
def main():
    feed = queue.Queue()
    for n in range(3): feed.put(n)
    with mp.Pool(2) as pool:
        for result in pool.imap(double, iter(feed.get, None)):
            print(result)
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
