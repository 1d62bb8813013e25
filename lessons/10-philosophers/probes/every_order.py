# Claim: it is enough that one philosopher takes the forks in the other order.
# Every state of five philosophers that can be reached is looked at: is there one from which nobody
# can go on although not all have eaten?
import sys

PHILOSOPHERS = 5


def stuck(orders):
    """The states of no return; a state says how far each one is: 0, one fork, both, done."""
    found, seen, left = set(), set(), [(0,) * len(orders)]
    while left:
        state = left.pop()
        if state in seen:
            continue
        seen.add(state)
        taken = set()
        for place, (first, second) in zip(state, orders):
            taken.update((first, second)[:place] if place < 3 else ())
        after = []
        for i, (place, order) in enumerate(zip(state, orders)):
            if place == 2 or (place < 2 and order[place] not in taken):
                after.append(state[:i] + (place + 1,) + state[i + 1:])
        if not after and state != (3,) * len(orders):
            found.add(state)
        left.extend(after)
    return found


def main():
    same = [(i, (i + 1) % PHILOSOPHERS) for i in range(PHILOSOPHERS)]
    one_reversed = same[:-1] + [same[-1][::-1]]
    print('all left-handed: %s' % stuck(same))
    print('one reversed: %s' % (stuck(one_reversed) or 'none'))
    return stuck(same) == {(1,) * PHILOSOPHERS} and not stuck(one_reversed)


if __name__ == '__main__':
    if main():
        print('verdict: all left-handed 1 state of no return, one reversed none')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
