# finds: task-error-unseen
# says: convert, ValueError
"""submit, and the future is thrown away."""
from concurrent.futures import ProcessPoolExecutor


def convert(text):
    return float(text)


if __name__ == "__main__":
    with ProcessPoolExecutor(2) as ex:
        for text in ("1.5", "abc"):
            ex.submit(convert, text)
    print("converted")
