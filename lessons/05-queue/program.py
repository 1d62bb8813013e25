# Queue: main puts the messages in, every child takes one out.
from multiprocessing import Process, Queue

PROCESSES = 3
MESSAGES = 3
JOIN = False  # True: main stays until its children are done


def f(i, q):
    print(i, q.get())


if __name__ == '__main__':
    q = Queue()
    for n in range(1, MESSAGES + 1):
        q.put('h%s' % n)
    children = []
    for i in range(PROCESSES):
        p = Process(target=f, args=(i, q))
        p.start()
        children.append(p)
    if JOIN:
        for p in children:
            p.join()
