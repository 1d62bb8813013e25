# finds: task-lost likely
# says: task 1 of pool, job, ended with exit code 1
import asyncio
import multiprocessing as mp
import os


def job(n):
    if n == 1:
        os._exit(1)
    return n


async def call(pool, n):
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    pool.apply_async(job, (n,), callback=lambda r: loop.call_soon_threadsafe(future.set_result, r))
    return await future


async def main():
    pool = mp.Pool(2)
    print(await asyncio.gather(*(call(pool, n) for n in range(3))))


asyncio.run(main()) if __name__ == "__main__" else None
