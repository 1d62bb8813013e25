"""The supervisor goes away in the middle of a run: the program goes on to its end, untraced.

Owns a supervisor that hands the channel out once, reads a number of packets and closes everything.
What is printed after that must come out at the real descriptor.
"""

import array
import json
import os
import socket
import subprocess
import sys
import tempfile

import collector

PROGRAM = '''
import multiprocessing as mp
def work(lock, value):
    for _ in range(200):
        with lock:
            value.value += 1
    print('child done', flush=True)
if __name__ == '__main__':
    lock, value = mp.Lock(), mp.Value('i')
    children = [mp.Process(target=work, args=(lock, value)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    print(value.value, [child.exitcode for child in children])
'''
EXPECTED = b'child done\nchild done\nchild done\n600 [0, 0, 0]\n'


def run(python, packets=60):
    """Status and output of the program."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'socket')
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(path)
        listener.listen(4)
        read, write = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with open(os.path.join(folder, 'program.py'), 'w') as file:
            file.write(PROGRAM)
        with open(path + '.greeting', 'w') as greeting:
            json.dump({'origin': 0, 'stdout': 'tty'}, greeting)
        env = dict(os.environ, PYTHONPATH=collector.PACKAGE, FORKLORE_TRACE=path)
        env.pop('PYTHONUNBUFFERED', None)
        ours, theirs = socket.socketpair()
        child = subprocess.Popen(
            [sys.executable, '-I', '-c', collector.SETTER, python, file.name], env=env,
            stdout=theirs.fileno(), stderr=theirs.fileno())
        theirs.close()
        conn = listener.accept()[0]
        rights = array.array('i', [write.fileno()])
        conn.sendmsg([b'-'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        conn.close()
        write.close()
        for _ in range(packets):
            read.recv(1 << 17)
        read.close()
        listener.close()
        output = b''
        while True:
            data = ours.recv(1 << 16)
            if not data:
                return child.wait(), output
            output += data
