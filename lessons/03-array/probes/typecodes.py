# Claim: the table of type codes: c u b B h H i I l L f d.
# The twelve work; since Python 3.7 'q' and 'Q' do too.
import ctypes
import sys
from multiprocessing import Array

TABLE = {
    'c': ctypes.c_char, 'u': ctypes.c_wchar, 'b': ctypes.c_byte, 'B': ctypes.c_ubyte,
    'h': ctypes.c_short, 'H': ctypes.c_ushort, 'i': ctypes.c_int, 'I': ctypes.c_uint,
    'l': ctypes.c_long, 'L': ctypes.c_ulong, 'f': ctypes.c_float, 'd': ctypes.c_double,
}


def works(code):
    try:
        Array(code, 1)
    except TypeError:
        return False
    return True


def main():
    fine = True
    for code, kind in TABLE.items():
        array = Array(code, 1).get_obj()
        print('%s %-10s %d bytes' % (code, array._type_.__name__, ctypes.sizeof(array)))
        fine = fine and array._type_ is kind
    longlong = [works(code) for code in 'qQ']
    print("'q' and 'Q' work: %s" % longlong)
    return fine and longlong == [sys.version_info >= (3, 7)] * 2 and not works('x')


if __name__ == '__main__':
    if main():
        print('verdict: the twelve codes are right; q and Q were added in Python 3.7')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
