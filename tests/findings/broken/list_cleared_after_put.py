# finds: changed-after-put certain
# says: batches
"""One list for all batches: it is cleared before the feeder has pickled it."""
import multiprocessing as mp


def produce(batches):
    batch = []
    for n in range(20):
        batch.append(n)
        if len(batch) == 5:
            batches.put(batch)
            batch.clear()
    batches.put(None)


if __name__ == "__main__":
    batches = mp.Queue()
    child = mp.Process(target=produce, args=(batches,))
    child.start()
    print(list(iter(batches.get, None)))
    child.join()
