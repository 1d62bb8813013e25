# finds: task-error-unseen
# says: halve, ValueError
"""map_async, and nobody asks for the result."""
import multiprocessing as mp


def halve(n):
    if n % 2:
        raise ValueError("odd")
    return n // 2


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        pool.map_async(halve, [2, 3, 4])
        pool.close()
        pool.join()
    print("halved")
