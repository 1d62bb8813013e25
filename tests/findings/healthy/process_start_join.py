"""Three children, started together and joined together."""
import multiprocessing as mp


def greet(name):
    print("hello", name, flush=True)


if __name__ == "__main__":
    crew = [mp.Process(target=greet, args=(name,)) for name in ("ann", "bob", "cy")]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    print("exit codes", [one.exitcode for one in crew])
