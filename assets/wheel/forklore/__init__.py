"""forklore: a terminal laboratory for multi-process programming.

The program itself is a binary beside Python's own scripts; this package only lets
``python -m forklore`` find it.
"""
