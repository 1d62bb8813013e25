# finds: nothing-sent
# says: nobody sends
# Client and server each wait for the other's first word.
import multiprocessing as mp, os, socket
def serve(server):
    s, _ = server.accept()
    s.recv(10)
def main():
    server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen()
    port = server.getsockname()[1]
    p = mp.Process(target=serve, args=(server,)); p.start()
    server.close()
    c = socket.create_connection(("127.0.0.1", port))
    print(c.recv(10))
if __name__ == "__main__":
    mp.set_start_method("fork")
    main()
