# finds: manager-request-unanswered
# says: get
# The only producer has ended; the consumer of a manager's queue goes on asking.
import multiprocessing as mp, os
def produce(q):
    for n in range(3): q.put(n)
    raise ValueError("no stop marker")
def consume(q):
    while q.get() is not None: pass
def main():
    manager = mp.Manager()
    jobs = manager.Queue()
    ps = [mp.Process(target=f, args=(jobs,)) for f in (produce, consume)]
    for p in ps: p.start()
    for p in ps: p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
