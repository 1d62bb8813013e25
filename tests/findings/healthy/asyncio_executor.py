"""asyncio hands work to a process pool."""
import asyncio
from concurrent.futures import ProcessPoolExecutor


def work(n):
    return n + 1


async def main():
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(2) as ex:
        print(await asyncio.gather(*(loop.run_in_executor(ex, work, n) for n in range(3))))


if __name__ == "__main__":
    asyncio.run(main())
