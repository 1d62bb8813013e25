"""A child fails, and main sees it and does the work itself."""
import multiprocessing as mp


def risky(line):
    line.close()
    raise SystemExit(2)


if __name__ == "__main__":
    here, there = mp.Pipe()
    child = mp.Process(target=risky, args=(there,))
    child.start()
    there.close()
    child.join()
    if child.exitcode:
        print("child failed with", child.exitcode, "- done here instead")
    here.close()
