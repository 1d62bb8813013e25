"""``python -m forklore …``: the binary of this installation, with this interpreter first on PATH.

A program that forklore starts as ``python`` or ``python3`` is then run by the very interpreter that
``-m`` was given to, whatever else the machine has.
"""

import os
import sys
import sysconfig


def find_binary():
    """Path of the installed binary: a scripts folder of this interpreter, else of this user."""
    name = "forklore"
    schemes = [sysconfig.get_default_scheme()] if sys.version_info >= (3, 10) else [None]
    schemes.append("posix_user")
    tried = []
    for scheme in schemes:
        folder = sysconfig.get_path("scripts", scheme) if scheme else sysconfig.get_path("scripts")
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            return path
        tried.append(folder)
    # `pip install --target DIR` puts scripts in DIR/bin.
    beside = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "bin", name)
    if os.path.isfile(beside):
        return beside
    tried.append(os.path.dirname(beside))
    sys.exit("forklore: its binary is in none of %s: install it again" % ", ".join(tried))


def environment():
    """This environment, in which ``python`` and ``python3`` mean this interpreter."""
    env = dict(os.environ)
    here = os.path.dirname(sys.executable) if sys.executable else ""
    if here:
        env["PATH"] = here + os.pathsep + env.get("PATH", os.defpath)
    return env


if __name__ == "__main__":
    binary = find_binary()
    os.execve(binary, [binary] + sys.argv[1:], environment())
