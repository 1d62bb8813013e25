# Claim: if each process adds often, at worst only one update is left.
# Every order of the reads and writes of two processes is tried, each with a small simulation.
import sys


def results(times):
    """All final numbers of two processes that each add 1 `times` times."""
    found, seen = set(), set()

    def go(value, done, read):
        # done: steps each has taken (a read, a write, a read …); read: what each read last.
        state = (value, done, read)
        if state in seen:
            return
        seen.add(state)
        if done == (2 * times, 2 * times):
            found.add(value)
        for i in (0, 1):
            if done[i] < 2 * times:
                after = tuple(done[j] + (j == i) for j in (0, 1))
                if done[i] % 2 == 0:
                    go(value, after, tuple(value if j == i else read[j] for j in (0, 1)))
                else:
                    go(read[i] + 1, after, read)

    go(0, (0, 0), (None, None))
    return sorted(found)


def main():
    found = [results(times) for times in (1, 2, 3)]
    for times, values in zip((1, 2, 3), found):
        print('%d each: %s' % (times, values))
    return found == [[1, 2], [2, 3, 4], [2, 3, 4, 5, 6]]


if __name__ == '__main__':
    if main():
        print('verdict: once each 1 to 2, twice each 2 to 4, three times each 2 to 6')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
