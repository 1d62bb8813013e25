# finds: queue-waits certain
# says: q (SimpleQueue-1), is full

import multiprocessing as mp
if __name__=="__main__":
    q=mp.SimpleQueue()
    for i in range(100000): q.put("some text that is long enough %d"%i)
    print(q.get())
