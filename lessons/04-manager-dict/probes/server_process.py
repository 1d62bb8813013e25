# Claim: the processes share a dict.
# The dict is in one process only, a server; the others hold proxies that send requests.
# When the server is gone the proxy is an empty shell.
import multiprocessing
import multiprocessing.util
import os
import signal
import sys

mp = multiprocessing.get_context('fork')


def foo(dic):
    dic['child'] = os.getpid()


def main():
    multiprocessing.util.get_temp_dir()  # made by main, so that main tidies it up, not the server
    manager = mp.Manager()
    server = manager._process
    dic = manager.dict()
    p = mp.Process(target=foo, args=(dic,))
    p.start()
    p.join()
    shared = dic['child'] == p.pid
    print('main %d, server %d, child %d; class of the dict here: %s'
          % (os.getpid(), server.pid, p.pid, type(dic).__name__))
    print('the child\'s write has arrived: %s' % shared)

    os.kill(server.pid, signal.SIGKILL)
    server.join()
    try:
        dic['child']
        after = 'no error'
    except (EOFError, OSError) as error:
        after = type(error).__name__
    print('server killed, dict asked again: %s' % after)
    return (shared and server.pid not in (os.getpid(), p.pid) and type(dic).__name__ == 'DictProxy'
            and after != 'no error')


if __name__ == '__main__':
    if main():
        print('verdict: the dict lives in a server process, everyone else asks it')
    else:
        print('verdict: not reproduced')
        sys.exit(1)
