"""A thread listens on a port; who connects wakes all."""
import multiprocessing as mp
import socket
import threading


def main():
    event = mp.Event()
    server = socket.create_server(('127.0.0.1', 0))
    print(server.getsockname()[1], flush=True)

    def serve():
        server.accept()
        event.set()

    threading.Thread(target=serve, daemon=True).start()
    worker = mp.Process(target=event.wait)
    worker.start()
    worker.join()
    print('woken')


if __name__ == '__main__':
    main()
