# finds: deadlock
# says: import lock of totals
# Work is submitted by a module that is still being imported, and the worker imports it, too.
import os, sys, tempfile
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "totals.py"), "w") as f:
    f.write("import multiprocessing as mp\nfrom concurrent.futures import ProcessPoolExecutor\n"
            "def square(n): return n * n\n"
            "with ProcessPoolExecutor(1, mp_context=mp.get_context('fork')) as pool:\n"
            "    print(pool.submit(square, 3).result())\n")
sys.path.insert(0, folder)
import totals
