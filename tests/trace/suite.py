"""CPython's own tests of `multiprocessing`, by the start method in the environment variable METHOD.

Owns nothing: the interpreter carries the tests (`test._test_multiprocessing`), and some carry that file
alone, without the modules that make the suites of it.
"""

import os

import test._test_multiprocessing as tests

tests.install_tests_in_module_dict(globals(), os.environ['METHOD'])
