# finds: deadlock|lock-order
# says: cells
# main joins a child inside the lock of an Array that the child needs.
import multiprocessing as mp, os
def fill(cells):
    for n in range(len(cells)): cells[n] = n
def main():
    cells = mp.Array("i", 4)
    with cells.get_lock():
        p = mp.Process(target=fill, args=(cells,)); p.start(); p.join()
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
