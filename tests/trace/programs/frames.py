"""The program's own code as others call it: the stack below it is what it is without us."""
import inspect
import multiprocessing as mp
import sys
import traceback
import warnings


def stack(what):
    """The names on the stack, by hand; and nothing else by whoever lists it."""
    frame, names = sys._getframe(1), []
    while frame is not None:
        names.append('%s:%s:%d' % (
            frame.f_code.co_filename.rpartition('/')[2], frame.f_code.co_name, frame.f_lineno))
        frame = frame.f_back
    print(what, names, flush=True)
    print(what, len(names) == len(inspect.stack()) - 1 == len(traceback.extract_stack()) - 1, flush=True)


def target():
    stack('target')
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        for level in range(1, 12):
            warnings.warn('x', stacklevel=level)
    print([(one.filename.rpartition('/')[2], one.lineno) for one in told], flush=True)


def initializer():
    stack('initializer')


def task(x):
    stack('task')
    return x


def came(result):
    stack('callback')


if __name__ != '__main__':
    stack('module')


if __name__ == '__main__':
    context = mp.get_context(sys.argv[1])
    child = context.Process(target=target)
    child.start()
    child.join()
    with context.Pool(1, initializer) as pool:
        pool.apply_async(task, (1,), callback=came).get()
        pool.map_async(task, [1], callback=came).get()
        pool.close()
        pool.join()
    print(inspect.getsource(mp.Process.start) == inspect.getsource(mp.process.BaseProcess.start))
    print(inspect.getsource(mp.Process.start))
    try:
        child.start()
    except AssertionError:
        print([(entry.tb_frame.f_code.co_name, entry.tb_lineno) for entry in (
            sys.exc_info()[2], sys.exc_info()[2].tb_next)])
