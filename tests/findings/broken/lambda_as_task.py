# finds: cannot-pickle certain
# says: lambda
# status: 1
"""A lambda can't be sent."""
import multiprocessing as mp

if __name__ == "__main__":
    with mp.Pool(2) as pool:
        print(pool.map(lambda n: n + 1, [1, 2]))
