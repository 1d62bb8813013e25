# finds: thread-copy certain
# says: inbox (queue.Queue-1, MainProcess
import multiprocessing as mp
import queue


def work(inbox):
    print(inbox.get())


if __name__ == "__main__":
    inbox = queue.Queue()
    p = mp.get_context("fork").Process(target=work, args=(inbox,))
    p.start()
    inbox.put("job")
    p.join()
