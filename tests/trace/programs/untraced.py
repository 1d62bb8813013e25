"""Children that are not traced, of a parent that is: what crosses must be what it always was."""
import os
import multiprocessing as mp


def work(lock, rlock, array, queue, joinable, simple, end, event, condition, barrier):
    with lock, rlock, condition:
        array[0] += 1
    event.wait()
    queue.put(queue.get() + 1)
    joinable.get()
    joinable.task_done()
    simple.put(simple.get() + 1)
    end.send(end.recv() + 1)
    barrier.wait()
    assert 'forklore_trace' not in __import__('sys').modules


def square(x):
    assert 'forklore_trace' not in __import__('sys').modules
    return x * x


if __name__ == '__main__':
    mp.set_start_method('spawn')
    for name in ('PYTHONPATH', 'FORKLORE_TRACE', 'FORKLORE_TRACE_ROOT'):
        os.environ.pop(name, None)
    ours, theirs = mp.Pipe()
    shared = (mp.Lock(), mp.RLock(), mp.Array('i', 2), mp.Queue(), mp.JoinableQueue(),
              mp.SimpleQueue(), theirs, mp.Event(), mp.Condition(), mp.Barrier(2))
    child = mp.Process(target=work, args=shared)
    child.start()
    shared[3].put(1)
    shared[4].put(1)
    shared[5].put(1)
    ours.send(1)
    shared[7].set()
    shared[4].join()
    shared[9].wait()
    child.join()
    print(child.exitcode, shared[2][:], shared[3].get(), shared[5].get(), ours.recv())
    with mp.Pool(2) as pool:
        print(pool.map(square, range(5)))
