"""Names, parents and active_children()."""
import multiprocessing as mp


def who(gate, out):
    out.put((mp.current_process().name, mp.parent_process().name))
    gate.wait()


if __name__ == "__main__":
    gate, out = mp.Event(), mp.Queue()
    crew = [mp.Process(target=who, args=(gate, out), name="w%d" % n) for n in range(2)]
    for one in crew:
        one.start()
    print(sorted(out.get() for _ in crew), len(mp.active_children()))
    gate.set()
    for one in crew:
        one.join()
