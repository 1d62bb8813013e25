"""Children of every kind: `processes.py METHOD`."""
import atexit
import os
import signal
import sys
import time
import multiprocessing as mp


class Own(mp.Process):
    def run(self):
        print('own', self.name, flush=True)


def grandchild():
    print('grandchild', mp.current_process().name, flush=True)


def nested():
    child = mp.Process(target=grandchild)
    child.start()
    child.join()
    sys.exit(child.exitcode + 4)


def long():
    time.sleep(60)


def handed(event):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(9))
    event.set()
    time.sleep(60)


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    atexit.register(print, 'main ends')
    own = Own(name='by name')
    own.start()
    own.join()
    child = mp.Process(target=nested)
    child.start()
    child.join()
    print(child.exitcode, child.is_alive())
    for word in ('terminate', 'kill'):
        child = mp.Process(target=long)
        child.start()
        child.join(0.1)
        if hasattr(child, word):
            getattr(child, word)()
        else:
            os.kill(child.pid, 9)
        child.join()
        print(word, child.exitcode)
    event = mp.Event()
    child = mp.Process(target=handed, args=(event,))
    child.start()
    event.wait()
    child.terminate()
    child.join()
    print(child.exitcode)
    if hasattr(child, 'close'):
        child.close()
        try:
            child.join()
        except ValueError as error:
            print(error)
    daemon = mp.Process(target=long, daemon=True)
    daemon.start()
    print(daemon.daemon, len(mp.active_children()), flush=True)
    pid = os.fork()
    if pid == 0:
        print('by hand', flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
