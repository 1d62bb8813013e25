# Claim: with the guard in place the children can use the global dic.
# Under spawn the guarded lines don't run in the child, so there is no such name. Given as an
# argument the proxy arrives under every start method.
import multiprocessing
import sys

MISSING = "NameError: name 'dic' is not defined"


def use_global(pipe):
    try:
        dic['global'] = 101
        pipe.send('ok')
    except NameError as error:
        pipe.send('NameError: %s' % error)


def use_argument(given, pipe):
    given['argument'] = 101
    pipe.send('ok')


def ask(mp, target, *args):
    near, far = mp.Pipe()
    p = mp.Process(target=target, args=args + (far,))
    p.start()
    answer = near.recv()
    p.join()
    return answer


if __name__ == '__main__':
    fine = True
    for method in multiprocessing.get_all_start_methods():
        mp = multiprocessing.get_context(method)
        with mp.Manager() as manager:
            dic = manager.dict()
            answers = ask(mp, use_global), ask(mp, use_argument, dic)
            print('%-10s global: %-37s argument: %s; dict %s' % ((method,) + answers + (dic,)))
            if method == 'fork':
                fine = fine and answers == ('ok', 'ok') and len(dic) == 2
            else:
                fine = fine and answers == (MISSING, 'ok') and len(dic) == 1
    if fine:
        print('verdict: a global proxy exists under fork only, an argument arrives always')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
