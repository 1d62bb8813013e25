import multiprocessing as mp


def f(d):
    for row in d.values():
        row["seen"] = True
        print(sorted(row.items()))


if __name__ == "__main__":
    with mp.Manager() as m:
        d = m.dict(a={"x": 1}, b={"x": 2})
        p = mp.Process(target=f, args=(d,))
        p.start()
        p.join()
