from multiprocessing.managers import BaseManager
import time


class Engine:
    def run(self, n):
        time.sleep(n)
        return n * 2


class Remote(BaseManager):
    pass


Remote.register("Engine", Engine)

if __name__ == "__main__":
    with Remote() as m:
        e = m.Engine()
        print(e.run(2.5))
