"""An executor with an initializer and a context."""
from concurrent.futures import ProcessPoolExecutor
import multiprocessing as mp

table = {}


def load():
    table.update(a=1, b=2)


def look(key):
    return table[key]


if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=mp.get_context("fork"), initializer=load) as ex:
        print(list(ex.map(look, "abab")))
