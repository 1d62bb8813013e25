# Philosophers: each needs two forks; a fork lies between two of them.
from multiprocessing import Barrier, Lock, Process

PHILOSOPHERS = 5
ORDER = 'same'  # all left first: can hang; or 'reversed' for the last
MEET = False  # True: all wait, left fork in hand; 'same' then hangs


def dine(first, second, meeting, i):
    first.acquire()
    print(i, 'has one fork')
    if meeting:
        meeting.wait()
    second.acquire()
    print(i, 'eats')
    second.release()
    first.release()


if __name__ == '__main__':
    forks = [Lock() for _ in range(PHILOSOPHERS)]
    left_handed = PHILOSOPHERS
    if ORDER == 'reversed':
        left_handed = PHILOSOPHERS - 1
    meeting = Barrier(left_handed) if MEET else None
    children = []
    for i in range(PHILOSOPHERS):
        left, right = forks[i], forks[(i + 1) % PHILOSOPHERS]
        if i < left_handed:
            p = Process(target=dine, args=(left, right, meeting, i))
        else:
            p = Process(target=dine, args=(right, left, None, i))
        p.start()
        children.append(p)
    for p in children:
        p.join()
    print('all have eaten')
