# finds: nested-change-lost likely
# says: stock[…]
import multiprocessing as mp


def restock(stock):
    for item in stock.values():
        item["count"] += 10


if __name__ == "__main__":
    with mp.Manager() as m:
        stock = m.dict({"nut": {"count": 1}, "bolt": {"count": 2}})
        p = mp.Process(target=restock, args=(stock,))
        p.start()
        p.join()
        print(dict(stock))
