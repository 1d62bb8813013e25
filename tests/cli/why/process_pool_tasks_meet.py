# finds: barrier-member-missing
# says: 2 of 3
# Three tasks have to meet, and the executor has two workers.
import multiprocessing as mp, os
from concurrent.futures import ProcessPoolExecutor
def begin(b):
    global meeting
    meeting = b
def work(n):
    meeting.wait()
    return n
if __name__ == "__main__":
    context = mp.get_context(os.environ.get("METHOD", "fork"))
    b = context.Barrier(3)
    with ProcessPoolExecutor(2, mp_context=context, initializer=begin, initargs=(b,)) as executor:
        print(list(executor.map(work, range(3))))
