# finds: nothing-sent|no-end-of-file|deadlock
# says: cat
# The second program inherited the write end of the first one's input.
import os, subprocess
r, w = os.pipe()
first = subprocess.Popen(["cat"], stdin=r, stdout=subprocess.DEVNULL)
second = subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[w])
os.close(r); os.write(w, b"b\na\n"); os.close(w)
first.wait()
second.stdin.close()
