"""Tracebacks, exit codes and refusals: `errors.py WHAT METHOD`."""
import multiprocessing as mp
import os
import sys
import traceback


def raises():
    mp.Lock().release()


def leaves(code):
    sys.exit(code)


def dies():
    os._exit(7)


def kills():
    os.kill(os.getpid(), 9)


def many():
    return 1


if __name__ == '__main__':
    what = sys.argv[1]
    mp.set_start_method(sys.argv[2])
    if what == 'child':
        for target, args in ((raises, ()), (leaves, (3,)), (leaves, ('words',)), (dies, ()),
                             (kills, ())):
            child = mp.Process(target=target, args=args)
            child.start()
            child.join()
            print(child.exitcode, flush=True)
    elif what == 'main':
        queue = mp.Queue()
        queue.get(timeout=0.01)
    elif what == 'uncaught':
        raises()
    elif what == 'feeder':
        queue = mp.Queue()
        queue.put(lambda: 0)
        queue.close()
        queue.join_thread()
    elif what == 'thread':
        import threading
        thread = threading.Thread(target=raises)
        thread.start()
        thread.join()
    elif what == 'sleeps':
        import time
        child = mp.Process(target=time.sleep, args=(0.01,))
        child.start()
        child.join()
        with mp.Pool(2) as pool:
            print(pool.map(time.sleep, [0.01] * 3))
        ours, theirs = mp.Pipe()
        theirs.close()
        try:
            ours.send(1)
        except OSError as error:
            print(type(error).__name__)
    elif what == 'exit':
        sys.exit(5)
    elif what == 'pool':
        with mp.Pool(1) as pool:
            pool.apply(raises)
    elif what == 'refused':
        child = mp.Process(target=many)
        for wrong in (child.join, child.terminate, lambda: [child.start(), child.start()]):
            try:
                wrong()
            except Exception as error:
                print(type(error).__name__, error)
                traceback.print_exc(file=sys.stdout)
        child.join()
        queue = mp.Queue(1)
        queue.put(1)
        try:
            queue.put(2, False)
        except Exception as error:
            print(type(error).__name__, error)
        print(queue.get())
        queue.close()
        queue.join_thread()
        for wrong in (lambda: queue.put(1), lambda: queue.get()):
            try:
                wrong()
            except Exception as error:
                print(type(error).__name__)
        import time
        try:
            time.sleep(-1)
        except ValueError:
            traceback.print_exc(file=sys.stdout)
