# finds: condition-never-notified
# says: changed
# One notification too few: the waiter waits again.
import multiprocessing as mp, os
def consume(changed, level, began):
    with changed:
        began.set()
        while level.value < 3: changed.wait()
def main():
    changed, level, began = mp.Condition(), mp.Value("i", 0), mp.Event()
    p = mp.Process(target=consume, args=(changed, level, began)); p.start()
    began.wait()
    with changed:
        level.value = 2
        changed.notify()
    p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
