# finds: event-never-set
# says: pressed
# The loop has ended; its executor's thread waits for an event that nobody sets.
import asyncio, threading
pressed = threading.Event()
async def main():
    waiting = asyncio.get_running_loop().run_in_executor(None, pressed.wait)
    await asyncio.sleep(0.1)
    waiting.cancel()
loop = asyncio.new_event_loop()
loop.run_until_complete(main())
loop.close()
