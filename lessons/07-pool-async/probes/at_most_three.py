# Claim: at most three processes run at a time, and ps aux | grep pool.py shows it.
# Three workers, yes; ps shows main as well, all four with the same command line under fork (and
# grep's own line makes five). The names ForkPoolWorker-1 … exist inside Python only.
import multiprocessing
import os
import sys
import time


def f(seconds):
    begin = time.monotonic()
    time.sleep(seconds)
    return os.getpid(), begin, time.monotonic(), multiprocessing.current_process().name


def command_line(pid):
    with open('/proc/%d/cmdline' % pid, 'rb') as cmdline:
        return cmdline.read().replace(b'\0', b' ').decode().strip()


def threads_of(pid):
    return len(os.listdir('/proc/%d/task' % pid))


def look(method):
    """Never more than three? And how many of the workers look like main, of how many."""
    pool = multiprocessing.get_context(method).Pool(processes=3)
    results = [pool.apply_async(f, (0.1,)) for _ in range(9)]
    runs = [result.get(20) for result in results]
    workers = set(run[0] for run in runs)
    mine = command_line(os.getpid())
    alike = sum(command_line(pid) == mine for pid in workers)
    threads = threads_of(os.getpid())
    pool.close()
    pool.join()
    most = max(sum(begin <= run[1] < end for _, begin, end, _ in runs) for run in runs)
    print('%-5s tasks at once: at most %d, by %d processes named like %s; threads of main: %d'
          % (method, most, len(workers), runs[0][3], threads))
    print('%-5s workers with the command line of main: %d of %d' % (method, alike, len(workers)))
    return most <= 3 and len(workers) <= 3, alike, len(workers), threads


def main():
    fork, spawn = look('fork'), look('spawn')
    return fork[0] and fork[1] == fork[2] and fork[3] == 4 and spawn[0] and spawn[1] == 0


if __name__ == '__main__':
    if main():
        print('verdict: three workers and main, alike in ps under fork only')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
