"""A search: the first hit is enough, the rest is not wanted."""
from multiprocessing import Pool


def is_prime(n):
    return n, n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))


if __name__ == "__main__":
    with Pool(2) as pool:
        for n, prime in pool.imap_unordered(is_prime, range(24, 40)):
            if prime:
                print("a prime")
                break
