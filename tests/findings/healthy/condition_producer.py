"""A condition around a shared value."""
from multiprocessing import Process, Condition, Value


def consume(ready, box):
    with ready:
        ready.wait_for(lambda: box.value > 0)
        print("got", box.value, flush=True)


if __name__ == "__main__":
    ready, box = Condition(), Value("i", 0)
    p = Process(target=consume, args=(ready, box))
    p.start()
    with ready:
        box.value = 5
        ready.notify_all()
    p.join()
