# finds: queue-empty
# says: inbox
# A subclass of Process waits for its own queue; main writes to another.
import multiprocessing as mp, os
class Worker(mp.Process):
    def __init__(self, number):
        super().__init__(name="worker-%d" % number)
        self.inbox, self.outbox = mp.Queue(), mp.Queue()
    def run(self): self.outbox.put(self.inbox.get() + 1)
def main():
    workers = [Worker(n) for n in range(2)]
    for w in workers: w.start()
    workers[0].inbox.put(1)
    workers[0].inbox.put(2)
    print([w.outbox.get() for w in workers])
if __name__ == "__main__":
    mp.set_start_method(os.environ.get("METHOD", "fork"))
    main()
