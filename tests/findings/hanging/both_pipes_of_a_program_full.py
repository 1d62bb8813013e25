# finds: pipe-full certain
# says: which could read

import subprocess,sys
p=subprocess.Popen([sys.executable,"-c","import sys\nfor l in sys.stdin: sys.stdout.write(l)"],stdin=subprocess.PIPE,stdout=subprocess.PIPE)
for i in range(40000): p.stdin.write(b"a line of text %d\n"%i)
p.stdin.close(); print(len(p.stdout.read())); p.wait()
