"""An event loop in a thread calls back after a while; everybody else waits."""
import asyncio
import multiprocessing as mp
import threading


def main():
    event = mp.Event()

    async def later():
        await asyncio.sleep(1.6)
        event.set()

    threading.Thread(target=lambda: asyncio.run(later()), daemon=True).start()
    worker = mp.Process(target=event.wait)
    worker.start()
    worker.join()
    print('woken')


if __name__ == '__main__':
    main()
