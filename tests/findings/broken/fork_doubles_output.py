# finds: output-doubled certain
# says: Loading
"""A line without its end, and os.fork."""
import os
import sys

print("Loading ... ", end="")
if os.fork() == 0:
    print("child")
    sys.exit(0)
os.wait()
print("parent")
