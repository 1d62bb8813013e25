# finds: global-copy-changed hint
# says: seen
"""A global dictionary filled by the tasks of a pool."""
import multiprocessing as mp

seen = {}


def remember(word):
    seen[word] = len(word)


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        pool.map(remember, ["a", "bb", "ccc"])
    print(len(seen), "words")
