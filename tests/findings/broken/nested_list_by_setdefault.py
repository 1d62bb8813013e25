# finds: nested-change-lost certain
# says: groups['a']
import multiprocessing as mp


def group(groups, words):
    for w in words:
        groups.setdefault(w[0], []).append(w)


if __name__ == "__main__":
    with mp.Manager() as m:
        groups = m.dict()
        p = mp.Process(target=group, args=(groups, ["ant", "ape", "bee"]))
        p.start()
        p.join()
        print(dict(groups))
