"""A child writes into a pipe, its parent reads to the end."""
import os

reader, writer = os.pipe()
pid = os.fork()
if pid == 0:
    os.close(reader)
    os.write(writer, b"from the child")
    os._exit(0)
os.close(writer)
with os.fdopen(reader, "rb") as file:
    print(file.read().decode())
os.waitpid(pid, 0)
