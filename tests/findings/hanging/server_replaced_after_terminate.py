# finds: queue-waits certain
# says: Process-2, requests (Queue-1), read lock
import multiprocessing as mp
import time


def server(requests, replies):
    while True:
        replies.put(requests.get() * 2)


if __name__ == "__main__":
    requests, replies = mp.Queue(), mp.Queue()
    first = mp.Process(target=server, args=(requests, replies), daemon=True)
    first.start()
    requests.put(1)
    print(replies.get())
    time.sleep(0.3)
    first.terminate()
    first.join()
    second = mp.Process(target=server, args=(requests, replies), daemon=True)
    second.start()
    requests.put(2)
    print(replies.get())
