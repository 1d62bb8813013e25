# finds: pipe-full certain
# says: tx (Connection-2), for it to end

import multiprocessing as mp
def child(c):
    c.send("x"*1000000); c.close()
if __name__=="__main__":
    rx,tx=mp.Pipe(False)
    p=mp.Process(target=child,args=(tx,)); p.start()
    p.join(); print(len(rx.recv()))
