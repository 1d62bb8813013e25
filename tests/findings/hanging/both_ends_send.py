# finds: pipe-full certain
# says: here (Connection-1), Process-1

import multiprocessing as mp
def child(c):
    c.send(b"x"*1000000); print(len(c.recv()))
if __name__=="__main__":
    here,there=mp.Pipe()
    p=mp.Process(target=child,args=(there,)); p.start()
    here.send(b"y"*1000000); print(len(here.recv())); p.join()
