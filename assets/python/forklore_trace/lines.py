"""The line each process of a lesson stands at: `line` events of the program's own file, and of no other.

Asks `sys.monitoring` from 3.12 on, `sys.settrace` before, where it slows the program down. A loop that runs
through very many lines is told of now and then: what counts is where a process is, not how often it was there.
"""

import sys
import time

from . import channel

# Lines a process tells of in a second, and at once.
_RATE = 500

_path = ''
_field = ''
_left = _RATE
_refilled = 0.0


def start(path):
    """Begins to tell of the lines of the file at `path`."""
    global _path, _field
    _path = path
    _field = '"kind":"line","file":%s,"line":' % channel.quote(path[path.rfind('/') + 1:])
    if hasattr(sys, 'monitoring'):
        _monitor(sys.monitoring)
    else:
        sys.settrace(_called)


def _monitor(monitoring):
    # Numbers 0, 1, 2 and 5 are a debugger's, a coverage tool's, a profiler's and an optimizer's.
    tool = next((number for number in (4, 3) if monitoring.get_tool(number) is None), None)
    if tool is None:
        return
    monitoring.use_tool_id(tool, 'forklore')

    def begins(code, _offset):
        if code.co_filename == _path:
            monitoring.set_local_events(tool, code, monitoring.events.LINE)
        return monitoring.DISABLE

    def line(_code, number):
        _tell(number)
    monitoring.register_callback(tool, monitoring.events.PY_START, begins)
    monitoring.register_callback(tool, monitoring.events.LINE, line)
    monitoring.set_events(tool, monitoring.events.PY_START)


def _called(frame, _event, _argument):
    return _traced if frame.f_code.co_filename == _path else None


def _traced(frame, event, _argument):
    if event == 'line':
        _tell(frame.f_lineno)
    return _traced


def _tell(number):
    global _left, _refilled
    if _left < 1:
        now = time.monotonic()
        _left = min(_RATE, int((now - _refilled) * _RATE))
        if _left < 1:
            return
        _refilled = now
    _left -= 1
    channel.send(_field + str(number))
