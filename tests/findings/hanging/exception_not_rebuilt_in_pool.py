# finds: result-thread-died certain
# says: could not be rebuilt, ParseError
import multiprocessing as mp


class ParseError(Exception):
    def __init__(self, line, column):
        super().__init__("bad token at %d:%d" % (line, column))


def parse(n):
    if n == 1:
        raise ParseError(n, 7)
    return n


if __name__ == "__main__":
    with mp.Pool(2) as pool:
        print(pool.map(parse, range(3)))
