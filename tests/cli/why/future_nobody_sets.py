# finds: future-never-set|unknown-wait
# says: answer
# A future of one's own is never given its result.
from concurrent.futures import Future
answer = Future()
print(answer.result())
