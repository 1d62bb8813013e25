"""The ends of pipes: `pipes.py METHOD`."""
import sys
import multiprocessing as mp


def answer(end, one_way):
    while True:
        question = end.recv()
        if question is None:
            break
        end.send(('got', question))
        if one_way is not None:
            one_way.send_bytes(b'seen')
    end.close()


if __name__ == '__main__':
    mp.set_start_method(sys.argv[1])
    ours, theirs = mp.Pipe()
    read, write = mp.Pipe(False)
    child = mp.Process(target=answer, args=(theirs, write))
    child.start()
    theirs.close()
    for n in range(20):
        ours.send({'n': n, 'text': 'x' * n})
        print(ours.recv(), read.recv_bytes())
    ours.send('y' * 200000)
    print(len(ours.recv()[1]))
    print(ours.poll(), ours.poll(0.01))
    ours.send(None)
    ours.close()
    child.join(30)
    print(child.exitcode)
    for wrong in (lambda: read.send(1), lambda: write.recv(), lambda: ours.recv(),
                  lambda: write.send(lambda: 0)):
        try:
            wrong()
        except Exception as error:
            print(type(error).__name__, str(error)[:40])
