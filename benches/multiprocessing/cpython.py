"""The works of the benchmark on CPython's multiprocessing: prints nanoseconds per unit."""
import multiprocessing as mp
import sys
import time


def per_unit(count, turn):
    begun = time.perf_counter_ns()
    for i in range(count):
        turn(i)
    return (time.perf_counter_ns() - begun) / count


def nothing(*args):
    return None


def process():
    def turn(_):
        p = mp.Process(target=nothing)
        p.start()
        p.join()
    return per_unit(100, turn)


def lock():
    held = mp.Lock()

    def turn(_):
        held.acquire()
        held.release()
    return per_unit(200000, turn)


def echo_semaphores(there, back, turns):
    for _ in range(turns):
        there.acquire()
        back.release()


def handoff():
    turns = 10000
    there, back = mp.Semaphore(0), mp.Semaphore(0)
    p = mp.Process(target=echo_semaphores, args=(there, back, turns))
    p.start()

    def turn(_):
        there.release()
        back.acquire()
    ns = per_unit(turns, turn)
    p.join()
    return ns / 2


def array_get():
    a = mp.Array('i', 8)
    return per_unit(200000, lambda _: a[3])


def array_set():
    a = mp.Array('i', 8)

    def turn(i):
        a[3] = 7
    return per_unit(200000, turn)


def value_add():
    v = mp.Value('i', 0)

    def turn(_):
        with v.get_lock():
            v.value += 1
    return per_unit(100000, turn)


def produce(q, count):
    for i in range(count):
        q.put(i)


def queue_small():
    count = 50000
    q = mp.Queue()
    p = mp.Process(target=produce, args=(q, count))
    begun = time.perf_counter_ns()
    p.start()
    for _ in range(count):
        q.get()
    ns = (time.perf_counter_ns() - begun) / count
    p.join()
    return ns


def echo_queues(there, back, turns):
    for _ in range(turns):
        back.put(there.get())


def queue_trip():
    turns = 5000
    there, back = mp.Queue(), mp.Queue()
    p = mp.Process(target=echo_queues, args=(there, back, turns))
    p.start()

    def turn(i):
        there.put(i)
        back.get()
    ns = per_unit(turns, turn)
    p.join()
    return ns


def produce_big(q, count):
    data = b'x' * (1 << 20)
    for _ in range(count):
        q.put(data)


def queue_big():
    count = 200
    q = mp.Queue(8)
    p = mp.Process(target=produce_big, args=(q, count))
    p.start()
    q.get()
    begun = time.perf_counter_ns()
    for _ in range(count - 1):
        q.get()
    ns = (time.perf_counter_ns() - begun) / (count - 1)
    p.join()
    return ns


def dict():
    with mp.Manager() as manager:
        d = manager.dict()

        def turn(i):
            if i % 2:
                d['x'] = i
            else:
                d.get('x')
        return per_unit(10000, turn)


def pool_async():
    with mp.Pool(3) as pool:
        pool.apply(nothing, (1,))

        def turn(_):
            for result in [pool.apply_async(nothing, (i,)) for i in range(1000)]:
                result.get()
        return per_unit(5, turn) / 1000


def pool_apply():
    with mp.Pool(3) as pool:
        pool.apply(nothing, (1,))
        return per_unit(1000, lambda i: pool.apply(nothing, (i,)))


def pool_life():
    def turn(_):
        pool = mp.Pool(3)
        pool.close()
        pool.join()
    return per_unit(20, turn)


if __name__ == '__main__':
    if sys.version_info >= (3, 8):
        mp.set_start_method('fork')
    print(globals()[sys.argv[1]]())
