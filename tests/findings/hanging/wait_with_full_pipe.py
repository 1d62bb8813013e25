# finds: pipe-full certain
# says: its stdout

import subprocess
import sys

child = [sys.executable, "-c", "print('line of output\\n' * 20000)"]
p = subprocess.Popen(child, stdout=subprocess.PIPE)
print("waiting ...", flush=True)
print("exit code", p.wait())        # never returns
print("read", len(p.stdout.read()))
