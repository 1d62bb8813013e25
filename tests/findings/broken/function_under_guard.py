# finds: name-not-found certain
# says: work
"""The target is defined under the guard: a spawned child can't find it."""
import multiprocessing as mp

if __name__ == "__main__":
    def work():
        print("work")

    child = mp.get_context("spawn").Process(target=work)
    child.start()
    child.join()
    print("done")
