"""A task raises; main asks for the result and catches it."""
from multiprocessing import Pool


def parse(text):
    return int(text)


if __name__ == "__main__":
    with Pool(2) as pool:
        for text in ("1", "x"):
            try:
                print(pool.apply(parse, (text,)))
            except ValueError as error:
                print("no number:", error)
