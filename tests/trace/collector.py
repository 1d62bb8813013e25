"""A stand-in for the supervisor: runs a program under tracing and keeps every packet it sends.

Owns the socket, the one shared channel and the program's real stdout and stderr (sockets, as the
supervisor's are). Packets are read with the kernel's word for who sent them. It does not follow
processes by ptrace: what the kernel alone knows (exits, foreign processes) is not here.
"""

import array
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'assets', 'python')
PACKAGE = os.path.normpath(PACKAGE)
# The stand-in for what the supervisor does between fork and exec: the PID of the program.
SETTER = ('import os,sys;os.environ["FORKLORE_TRACE_ROOT"]=str(os.getpid());'
          'os.execv(sys.argv[1],sys.argv[1:])')


class Run(object):
    """What a run left: `events` with `pid`, `stdout`, `stderr` as they came, `status`."""

    def __init__(self):
        self.events = []
        self.raw = {1: b'', 2: b''}
        self.status = None
        # Until silence, and until the program's first process had ended.
        self.seconds = self.lifetime = 0.0

    def output(self, stream='stdout'):
        """What was printed, by events and by descriptor; only in that order where both are used."""
        told = b''.join(
            event['data'].encode() if 'data' in event else __import__('base64').b64decode(
                event['data_b64'])
            for event in self.events
            if event['kind'] == 'output' and event['stream'] == stream)
        return told + self.raw[1 if stream == 'stdout' else 2]


def serve(listener, channel, stop):
    """Hands the channel's end to everyone who connects."""
    while not stop.is_set():
        if not select.select([listener], [], [], 0.01)[0]:
            continue
        try:
            conn = listener.accept()[0]
        except OSError:
            # Gone again.
            continue
        try:
            rights = array.array('i', [channel.fileno()])
            conn.sendmsg([b'-'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        except OSError:
            pass
        conn.close()


def run(argv, mode='tty', env=None, timeout=60, package=PACKAGE, on_packet=None, cwd=None):
    """Runs a program under tracing until it and every holder of the channel has ended."""
    result = Run()
    with tempfile.TemporaryDirectory(prefix='forklore-test-') as folder:
        path = os.path.join(folder, 'socket')
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(path)
        listener.listen(64)
        listener.settimeout(1)
        read, write = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        for size in (1 << 22, 1 << 20):
            write.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        with open(path + '.greeting', 'w') as greeting:
            json.dump({'origin': time.monotonic_ns(), 'stdout': mode}, greeting)
        stop = threading.Event()
        server = threading.Thread(target=serve, args=(listener, write, stop), daemon=True)
        server.start()
        full = dict(os.environ if env is None else env)
        full.pop('PYTHONUNBUFFERED', None)
        full.pop('PYTHONDONTWRITEBYTECODE', None)
        if env is not None:
            full.update(env)
        full['PYTHONPATH'] = os.pathsep.join(
            [package] + [part for part in [full.get('PYTHONPATH')] if part])
        full['FORKLORE_TRACE'] = path
        pipes = {1: socket.socketpair(), 2: socket.socketpair()}
        begun = time.monotonic()
        child = subprocess.Popen([sys.executable, '-I', '-c', SETTER] + list(argv), env=full, cwd=cwd,
                                 stdin=subprocess.DEVNULL,
                                 start_new_session=True, stdout=pipes[1][1].fileno(), stderr=pipes[2][1].fileno())
        for _end, other in pipes.values():
            other.close()
        result.child = child
        readers = {read.fileno(): read, pipes[1][0].fileno(): pipes[1][0],
                   pipes[2][0].fileno(): pipes[2][0]}
        streams = {pipes[fd][0].fileno(): fd for fd in (1, 2)}
        closing = None
        while readers:
            if time.monotonic() - begun > timeout:
                # Its children would wait for ever.
                os.killpg(child.pid, signal.SIGKILL)
                result.status = 'timeout'
                break
            ready = select.select(list(readers), [], [], 0.01)[0]
            if not result.lifetime and child.poll() is not None:
                result.lifetime = time.monotonic() - begun
            if not ready and child.poll() is not None:
                closing = closing or time.monotonic()
                # The channel's own write end is ours too: only silence says that all is read.
                if time.monotonic() - closing > (0.3 if len(readers) > 1 else 0.1):
                    break
            elif ready:
                closing = None
            for fd in ready:
                if fd == read.fileno():
                    take(read, result, on_packet)
                else:
                    data = readers[fd].recv(1 << 16)
                    result.raw[streams[fd]] += data
                    if not data:
                        del readers[fd]
        result.status = result.status or child.wait()
        result.seconds = time.monotonic() - begun
        stop.set()
        server.join()
        for sock in (listener, read, write, pipes[1][0], pipes[2][0]):
            sock.close()
    return result


def take(read, result, on_packet):
    """Reads what is there."""
    for _ in range(256):
        try:
            data, extra, _flags, _address = read.recvmsg(1 << 20, 256, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        pid = 0
        for level, kind, value in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
                pid = struct.unpack('3i', value[:12])[0]
        event = json.loads(data.decode('utf-8'))
        event['pid'] = pid
        event['seq'] = len(result.events) + 1
        result.events.append(event)
        if on_packet:
            on_packet(event)


if __name__ == '__main__':
    words = sys.argv[1:]
    chosen = words.pop(0)[2:] if words and words[0] in ('--tty', '--pipe', '--pty') else 'tty'
    ended = run([words[0]] + words[1:], mode=chosen)
    for line in ended.events:
        print(json.dumps(line, ensure_ascii=False))
    sys.stdout.flush()
    for descriptor, text in sorted(ended.raw.items()):
        if text:
            print('--- descriptor', descriptor, 'had', text.decode('utf-8', 'replace'))
    print('--- status', ended.status)
