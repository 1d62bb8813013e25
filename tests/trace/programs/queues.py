"""Producers and consumers through every queue: `queues.py METHOD CLASS ROUNDS`."""
import sys
import multiprocessing as mp


class Note(object):
    def __init__(self, text):
        self.text = text

    def __repr__(self):
        return 'Note(%r)' % self.text


def produce(queue, who, rounds):
    for n in range(rounds):
        queue.put([who, n] if n % 3 else Note('%s %s' % (who, n)))


def consume(queue, rounds, sums):
    got = 0
    for _ in range(rounds):
        message = queue.get()
        got += message[1] if isinstance(message, list) else int(message.text.split()[1])
        if hasattr(queue, 'task_done'):
            queue.task_done()
    sums.put(got)


if __name__ == '__main__':
    method, kind, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    mp.set_start_method(method)
    queue = mp.SimpleQueue() if kind == 'SimpleQueue' else getattr(mp, kind)(5)
    sums = mp.Queue()
    children = [mp.Process(target=produce, args=(queue, who, rounds)) for who in range(2)]
    children += [mp.Process(target=consume, args=(queue, rounds, sums)) for _ in range(2)]
    for child in children:
        child.start()
    if kind == 'JoinableQueue':
        queue.join()
    print(sums.get() + sums.get())
    for child in children:
        child.join()
    print([child.exitcode for child in children])
