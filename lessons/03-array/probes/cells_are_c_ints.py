# Claim: an Array behaves like a list of integers.
# It has a fixed length and cells of C: a number that is too large wraps round without a word.
import sys
from multiprocessing import Array


def error_of(action, *args):
    try:
        action(*args)
    except Exception as error:  # the point is to see which one
        return '%s: %s' % (type(error).__name__, error)
    return 'no error'


def main():
    temp = Array('i', [11, 22, 33, 44, 55])
    outside = error_of(temp.__getitem__, 5)
    text = error_of(temp.__setitem__, 0, 'x')
    longer = error_of(temp.__setitem__, slice(0, 2), [1, 2, 3])
    temp[0] = 2 ** 31
    wrapped = temp[0]
    print('temp[5]            %s' % outside)
    print("temp[0] = 'x'      %s" % text)
    print('temp[0:2] = 3 items  %s' % longer)
    print('temp[0] = 2**31    reads %d' % wrapped)
    print('append             %s' % hasattr(temp, 'append'))
    return (outside == 'IndexError: invalid index' and text.startswith('TypeError')
            and longer == 'ValueError: Can only assign sequence of same size'
            and wrapped == -2 ** 31 and not hasattr(temp, 'append'))


if __name__ == '__main__':
    if main():
        print('verdict: fixed length, C cells, silent overflow')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
