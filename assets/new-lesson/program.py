from multiprocessing import Lock, Process, Value

PROCESSES = 4


def add(i, total, lock):
    with lock:
        total.value += i
        print('process', i, 'adds', i, flush=True)


if __name__ == '__main__':
    total = Value('i', 0)
    lock = Lock()
    processes = [Process(target=add, args=(i, total, lock)) for i in range(PROCESSES)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print('total', total.value)
