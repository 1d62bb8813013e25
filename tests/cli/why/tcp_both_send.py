# finds: deadlock|pipe-full
# says: unread
# Both ends send more than the socket's buffers hold before they read.
import multiprocessing as mp, os, socket
N = 40_000_000
def serve(server):
    s, _ = server.accept()
    s.sendall(b"x" * N)
def main():
    server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen()
    port = server.getsockname()[1]
    p = mp.Process(target=serve, args=(server,)); p.start()
    server.close()
    c = socket.create_connection(("127.0.0.1", port))
    c.sendall(b"y" * N)
if __name__ == "__main__":
    mp.set_start_method("fork")
    main()
