# finds: forked-lock certain
# says: import the module slow_settings, (warm)
import multiprocessing as mp
import os
import sys
import tempfile
import threading
import time


def warm():
    import slow_settings


def worker():
    import slow_settings
    print(slow_settings.X)


if __name__ == "__main__":
    folder = tempfile.mkdtemp()
    with open(os.path.join(folder, "slow_settings.py"), "w") as f:
        f.write("import time\ntime.sleep(0.8)\nX = 1\n")
    sys.path.insert(0, folder)
    threading.Thread(target=warm).start()
    time.sleep(0.2)
    p = mp.get_context("fork").Process(target=worker)
    p.start()
    p.join()
