"""Runs a part of CPython's own tests: `suites.py METHOD MODULE PATTERN…`.

Owns the choice alone. Ends with 77 where the interpreter doesn't carry the module. It is light, for
children that are spawned import it again.
"""

import importlib
import os
import sys
import unittest

ABSENT = 77

if __name__ == '__main__':
    method, module, patterns = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.environ['METHOD'] = method
    try:
        importlib.import_module(module)
    except ImportError as error:
        print(error)
        sys.exit(ABSENT)
    argv = ['suites', '-q']
    for pattern in patterns:
        argv += ['-k', pattern]
    unittest.main(module, argv=argv)
