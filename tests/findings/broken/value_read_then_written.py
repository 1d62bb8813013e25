# finds: lost-update
# says: balance.value
"""A balance is read, thought about and written."""
from multiprocessing import Process, Value
import time


def withdraw(balance, amount):
    for _ in range(5):
        have = balance.value
        time.sleep(0.01)
        balance.value = have - amount


if __name__ == "__main__":
    balance = Value("d", 100.0)
    crew = [Process(target=withdraw, args=(balance, n)) for n in (1.0, 2.0)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print(balance.value)
