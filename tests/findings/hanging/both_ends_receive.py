# finds: pipe-no-end certain
# says: neither sends

import multiprocessing as mp
def server(c):
    while True:
        if c.recv()=="quit": break
        c.send("ok")
if __name__=="__main__":
    a,b=mp.Pipe(); p=mp.Process(target=server,args=(b,)); p.start()
    a.send("x"); print(a.recv()); print(a.recv())
