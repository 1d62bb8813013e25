# finds: pipe-full
# says: bytes are unread
# A shell's pipeline writes more than a pipe holds, and main waits for the shell.
import subprocess
p = subprocess.Popen("seq 200000 | cat", shell=True, stdout=subprocess.PIPE)
p.wait()
