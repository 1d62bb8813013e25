"""A flag that one sets and the other polls."""
from multiprocessing import Process, Value
import time


def work(stop, steps):
    while not stop.value:
        steps.value += 1
        time.sleep(0.01)


if __name__ == "__main__":
    stop, steps = Value("b", 0), Value("i", 0)
    p = Process(target=work, args=(stop, steps))
    p.start()
    time.sleep(0.05)
    stop.value = 1
    p.join()
    print(steps.value > 0)
