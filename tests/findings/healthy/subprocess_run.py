"""subprocess: run, check_output, communicate."""
import subprocess
import sys

print(subprocess.run(["echo", "hello"], capture_output=True, text=True).stdout.strip())
print(subprocess.check_output([sys.executable, "-c", "print(6 * 7)"]).decode().strip())
with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cat:
    out, _ = cat.communicate(b"through cat")
print(out.decode())
