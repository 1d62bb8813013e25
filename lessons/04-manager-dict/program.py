# Manager: a dict in a server process; everyone else sends requests.
from multiprocessing import Manager, Process
from time import sleep

PROCESSES = 10
SLEEP = 1
JOIN_INSIDE = True  # False: start all of them first, then wait


def foo(dic, i):
    sleep(SLEEP)
    dic[i] = 100 + 1  # as the tutorial has it; 100 + i was surely meant
    print(dic.values())


if __name__ == '__main__':
    manager = Manager()
    dic = manager.dict()
    children = []
    for i in range(PROCESSES):
        p = Process(target=foo, args=(dic, i))
        p.start()
        children.append(p)
        if JOIN_INSIDE:
            p.join()
    for p in children:
        p.join()
    print('main proccess stop')
