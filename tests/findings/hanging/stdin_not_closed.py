# finds: pipe-no-end certain
# says: its stdin, MainProcess
import subprocess
import sys

p = subprocess.Popen([sys.executable, "-c", "import sys; print(len(sys.stdin.read()))"],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)
p.stdin.write(b"hello")
p.stdin.flush()
print(p.stdout.read())
