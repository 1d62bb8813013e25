"""The idiom forgotten: the child's import of this file wants to start a child: `unguarded.py METHOD`."""
import sys
import multiprocessing as mp


def work():
    print('work')


mp.set_start_method(sys.argv[1], force=True)
child = mp.Process(target=work)
child.start()
child.join()
print(child.exitcode)
