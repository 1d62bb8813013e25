# Claim: the number of running processes is kept up; when one has done its task a new one is added.
# The same processes stay from the first task to the last.
import multiprocessing
import os
import sys

mp = multiprocessing.get_context('fork')


def main():
    pool = mp.Pool(processes=3)
    members = set(p.pid for p in pool._pool)
    used = [pool.apply(os.getpid) for _ in range(12)]
    after = set(p.pid for p in pool._pool)
    pool.close()
    pool.join()
    order = sorted(members)
    print('12 tasks by the workers number %s' % [order.index(pid) + 1 for pid in used])
    print('the same three processes before and after: %s' % (members == after))
    return members == after and set(used) <= members


if __name__ == '__main__':
    if main():
        print('verdict: no new process, the workers take one task after another')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
