# Claim: a shared queue is made with queues.Queue(ctx=multiprocessing).
# It works, but it is the inside of multiprocessing.Queue(), which is the documented way.
import multiprocessing
import sys
from multiprocessing import queues


def error_of(**given):
    try:
        queues.Queue(**given)
    except Exception as error:  # the point is to see which one
        return '%s: %s' % (type(error).__name__, error)
    return 'no error'


def main():
    inside, documented = queues.Queue(ctx=multiprocessing), multiprocessing.Queue()
    same = type(inside) is type(documented) and inside._maxsize == documented._maxsize
    missing, none = error_of(), error_of(ctx=None)
    print('same class and size: %s (%s)' % (same, type(inside).__name__))
    print('queues.Queue():         %s' % missing)
    print('queues.Queue(ctx=None): %s' % none)
    return (same and missing.startswith('TypeError') and 'ctx' in missing
            and none.startswith('AttributeError'))


if __name__ == '__main__':
    if main():
        print('verdict: the same class; multiprocessing.Queue() is the documented way')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
