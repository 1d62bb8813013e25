# finds: no-main-guard certain
# says: main guard
# status: any
"""A pool at the top level under spawn; here it is stopped after a while."""
import multiprocessing as mp
import os
import signal


def work(n):
    return n


if os.environ.get("FORKLORE_STOP") != "1":
    os.environ["FORKLORE_STOP"] = "1"
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.alarm(2)
mp.set_start_method("spawn", force=True)
pool = mp.Pool(2)
print(pool.map(work, [1, 2]))
