# finds: deadlock|no-end-of-file|nothing-sent
# says: cat
# cat waits for the end of its input, which main would give after reading its output.
import subprocess
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
p.stdin.write(b"hello\n"); p.stdin.flush()
print(p.stdout.read())
p.stdin.close()
