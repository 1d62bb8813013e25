from multiprocessing import Lock, Process, Value


def add(total, lock):
    for _ in range(100):
        with lock:
            total.value += 1


if __name__ == '__main__':
    total, lock = Value('i', 0), Lock()
    processes = [Process(target=add, args=(total, lock)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print('verdict:', 'nothing is lost' if total.value == 400 else 'something is lost')
