"""An array written and read by four processes: `arrays.py METHOD ROUNDS`."""
import sys
import multiprocessing as mp


def work(array, who, rounds):
    for n in range(rounds):
        array[who] = n
        array[4] += 1
        if n % 10 == 0:
            array[0:2]
            array[5:7] = [n, who]


if __name__ == '__main__':
    method, rounds = sys.argv[1], int(sys.argv[2])
    mp.set_start_method(method)
    array = mp.Array('i', 7)
    text = mp.Array('c', b'hello')
    children = [mp.Process(target=work, args=(array, who, rounds)) for who in range(4)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(array[:4], array[-1] < 4, text.value, text.raw, len(array))
    for wrong in (lambda: array[9], lambda: array['0'], lambda: array.__setitem__(0, 'x'),
                  lambda: array.__setitem__(slice(0, 2), [1])):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, error)
    array[0] = 2 ** 31
    print(array[0])
