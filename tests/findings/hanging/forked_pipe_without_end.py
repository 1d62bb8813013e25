# finds: pipe-no-end certain
# says: it has the other end open itself

import os
r,w=os.pipe()
pid=os.fork()
if pid==0:
    with os.fdopen(w,"w") as f: f.write("hi")
    os._exit(0)
with os.fdopen(r) as f: print(f.read())
os.waitpid(pid,0)
