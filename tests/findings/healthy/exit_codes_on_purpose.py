"""Children that end with codes of their own, which main reads."""
import multiprocessing as mp
import sys

if __name__ == "__main__":
    for code in (0, 3, 7):
        child = mp.Process(target=sys.exit, args=(code,))
        child.start()
        child.join()
        assert child.exitcode == code
    print("all codes as expected")
