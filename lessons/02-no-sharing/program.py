# No sharing: each process appends to its own copy of the global list.
from multiprocessing import Process

PROCESSES = 3
JOIN = False  # True: main waits for its children and shows its own list

li = []


def foo(i):
    li.append(i)
    print(li)
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
        print('main', li)
    print('main proccess stop')
