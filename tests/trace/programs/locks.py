"""Four processes take turns at a lock, 10 000 times: `locks.py METHOD CLASS ROUNDS`."""
import sys
import multiprocessing as mp


def work(lock, cell, rounds):
    for turn in range(rounds):
        if turn % 2:
            lock.acquire()
            cell.value += 1
            lock.release()
        else:
            with lock:
                cell.value += 1


if __name__ == '__main__':
    method, kind, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    mp.set_start_method(method)
    lock = getattr(mp, kind)()
    cell = mp.Value('i', 0, lock=mp.RLock())
    children = [mp.Process(target=work, args=(lock, cell, rounds)) for _ in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(cell.value, [child.exitcode for child in children])
