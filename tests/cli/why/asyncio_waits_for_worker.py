# finds: queue-empty
# says: inbox
# A coroutine awaits a worker that waits for what the coroutine would put next.
import asyncio, multiprocessing as mp, os
from concurrent.futures import ProcessPoolExecutor
def begin(q):
    global inbox
    inbox = q
def work(): return inbox.get()
async def main():
    context = mp.get_context(os.environ.get("METHOD", "fork"))
    q = context.Queue()
    with ProcessPoolExecutor(1, mp_context=context, initializer=begin, initargs=(q,)) as executor:
        print(await asyncio.get_running_loop().run_in_executor(executor, work))
        q.put("late")
if __name__ == "__main__": asyncio.run(main())
