# Create processes: start a few children, and do not wait for them.
from multiprocessing import Process

PROCESSES = 3
JOIN = False  # True: main waits for its children before its own line


def foo(i):
    print('say hi', i)


if __name__ == '__main__':
    children = []
    for i in range(PROCESSES):
        p = Process(target=foo, args=(i,))
        p.start()
        children.append(p)
    if JOIN:
        for p in children:
            p.join()
    print('main proccess stop')
