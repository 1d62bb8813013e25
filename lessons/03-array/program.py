# Array: memory that main and its children really share.
from multiprocessing import Array, Process

PROCESSES = 3
SHARED = True  # False: an ordinary list instead
JOIN = False  # True: main waits for its children and shows what it sees

temp = [11, 22, 33, 44, 55]
if SHARED:
    temp = Array('i', temp)


def foo(i):
    temp[i] = 100 + i
    for item in temp:
        print('第%s个进程' % i, '--------->', item)


if __name__ == '__main__':
    children = []
    for i in range(1, PROCESSES + 1):
        p = Process(target=foo, args=(i,))
        p.start()
        children.append(p)
    if JOIN:
        for p in children:
            p.join()
        print('main', temp[:])
    print('main proccess stop')
