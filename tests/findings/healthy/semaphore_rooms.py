"""Two rooms, four guests."""
from multiprocessing import Process, Semaphore
import time


def guest(rooms):
    with rooms:
        time.sleep(0.02)


if __name__ == "__main__":
    rooms = Semaphore(2)
    crew = [Process(target=guest, args=(rooms,)) for _ in range(4)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print("all slept")
