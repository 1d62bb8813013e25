"""A test of a crash: the child raises, main looks at the exit code and is content."""
import multiprocessing as mp


def fail():
    raise RuntimeError("as planned")


if __name__ == "__main__":
    child = mp.Process(target=fail)
    child.start()
    child.join()
    assert child.exitcode == 1
    print("it failed, as planned")
