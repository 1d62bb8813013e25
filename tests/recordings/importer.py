"""Reads Trace Event JSON by the rules of Perfetto's importer (trace_processor/importers: json,
slice_tracker, flow_tracker), from a description of them; fails where something would be lost there.

Lines are sorted by their nanosecond and else stand as they do in the file. A thread has a stack of
slices: one that has ended is taken off when the next slice comes. A slice that reaches beyond the one
it begins in is thrown away. An arrow's ends belong to whatever is on top of the stack; it is drawn
from the slice that begins earlier to the other one.

Prints a line of JSON: {"slices": {category: count}, "arrows": [[name, from, to], …]}, where an end is
[process, slice, the slice around it].
"""

import collections
import json
import sys

KNOWN = {"X", "M", "i", "s", "t", "f"}


def ns(us):
    return round(us * 1000)


class Slice:
    def __init__(self, event, around):
        self.start = ns(event["ts"])
        self.dur = ns(event.get("dur", 0))
        self.end = self.start + self.dur
        self.event = event
        self.around = around


def close(stack, start, dur):
    """Takes off what has ended; whether a slice from `start` on has a place."""
    while stack:
        top = stack[-1]
        if top.end < start or (top.end == start and (top.dur or dur)):
            stack.pop()
        else:
            break
    return all(not (start < s.end < start + dur) for s in stack)


def read(trace):
    events = trace["traceEvents"]
    names, threads = {}, {}
    for e in events:
        assert e["ph"] in KNOWN and type(e["name"]) is str, e
        # 32 bits; what is greater becomes 0.
        assert all(type(e[k]) is int and 0 <= e[k] < 2**32 for k in ("pid", "tid")), e
        if e["ph"] == "M":
            if e["name"] == "process_name":
                names[e["pid"]] = e["args"]["name"]
            if e["name"] == "thread_name":
                threads[e["pid"], e["tid"]] = e["args"]["name"]
            if e["name"] == "process_sort_index":
                assert -(2**31) <= e["args"]["sort_index"] < 2**31, e
        else:
            # What has a time below 0 is thrown away.
            assert type(e["ts"]) in (int, float) and e["ts"] >= 0, e
    # A thread belongs to one process.
    owner = {}
    for e in events:
        assert owner.setdefault(e["tid"], e["pid"]) == e["pid"], e
        if e["ph"] != "M":
            assert e["pid"] in names, e
    stacks = collections.defaultdict(list)
    counts = collections.Counter()
    begun, arrows = {}, []
    for e in sorted((e for e in events if e["ph"] != "M"), key=lambda e: ns(e["ts"])):
        stack = stacks[e["pid"], e["tid"]]
        if e["ph"] in "Xi":
            if e["ph"] == "X":
                assert ns(e["dur"]) > 0, e
            else:
                assert e["s"] == "t", e
            dur = ns(e.get("dur", 0))
            assert close(stack, ns(e["ts"]), dur), ("thrown away", e, stack[-1].event)
            stack.append(Slice(e, stack[-1] if stack else None))
            counts[e["cat"]] += 1
            continue
        assert stack, ("an arrow's end in no slice", e)
        top = stack[-1]
        # The player of chrome://tracing goes by the time alone.
        assert top.start <= ns(e["ts"]) < max(top.end, top.start + 1), ("an arrow's end beside its slice", e)
        key = e["cat"], e["name"], e["id"]
        if e["ph"] == "s":
            assert key not in begun, ("two arrows with one number", e)
            begun[key] = top
            continue
        assert key in begun, ("an arrow without a beginning", e)
        if e["ph"] == "f":
            assert e["bp"] == "e", e
        other = begun[key]
        ends = (top, other) if other.start > top.start else (other, top)
        arrows.append([e["name"], *ends])
        if e["ph"] == "t":
            begun[key] = top

    def told(s):
        return [names[s.event["pid"]], s.event["name"], s.around.event["name"] if s.around else ""]

    return {
        "slices": counts,
        "arrows": [[name, told(one), told(other)] for name, one, other in arrows],
        "threads": sorted(set(threads.values())),
    }


print(json.dumps(read(json.load(sys.stdin))))
