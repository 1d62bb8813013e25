# finds: lost-update
# says: stock['pears']
"""Two processes count in a manager's dictionary: += is a get and a set."""
from multiprocessing import Process, Manager


def sell(stock, gate):
    gate.wait()
    for _ in range(60):
        stock["pears"] += 1


if __name__ == "__main__":
    with Manager() as manager:
        stock, gate = manager.dict(pears=0), manager.Event()
        crew = [Process(target=sell, args=(stock, gate)) for _ in range(2)]
        for one in crew:
            one.start()
        gate.set()
        for one in crew:
            one.join()
        print(stock["pears"])
