# finds: lost-update
# says: state.total
"""The same in a manager's namespace."""
from multiprocessing import Process, Manager


def count(state):
    for _ in range(60):
        state.total += 1


if __name__ == "__main__":
    with Manager() as manager:
        state = manager.Namespace(total=0)
        crew = [Process(target=count, args=(state,)) for _ in range(3)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        print(state.total)
