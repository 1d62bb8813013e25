from multiprocessing.managers import BaseManager
import threading


class Gate:
    def __init__(self):
        self.e = threading.Event()
        threading.Timer(2.5, self.e.set).start()

    def pass_(self):
        self.e.wait()
        return "passed"


class Remote(BaseManager):
    pass


Remote.register("Gate", Gate)

if __name__ == "__main__":
    with Remote() as m:
        print(m.Gate().pass_())
