"""One writes its progress, the other only reads it."""
from multiprocessing import Process, Value


def work(progress):
    for n in range(100):
        progress.value = n + 1


if __name__ == "__main__":
    progress = Value("i", 0)
    p = Process(target=work, args=(progress,))
    p.start()
    while progress.value < 100:
        pass
    p.join()
    print("100 %")
