"""Checks the moments that the example `quality` exported with titanlib, and prints what it finds.

Run by `cargo xtask quality`, after HiveBox, on the same moments. Tables have the columns of HiveBox's.
"""

import json
import os
import sys
from collections import defaultdict

import numpy as np
import titanlib

# titanlib needs a height of every station.
LAPSE_PER_METRE = -0.0065


def moments(path):
    """Yields the name of each moment, its outdoor thermometers, and whether each counts."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            moment = json.loads(line)
            rows = [row for row in moment["rows"] if row[4] != "indoor"]
            place = np.array([row[1:3] for row in rows])
            height = np.array([plausible(row[3]) for row in rows], dtype=float)
            # HiveBox drops nothing for a height, so neither does titanlib here.
            height[np.isnan(height)] = np.nanmedian(height)
            value = np.array([row[5] for row in rows])
            truth = np.array([row[6] for row in rows])
            outdoor = np.array([row[4] == "outdoor" for row in rows])
            yield moment["name"], titanlib.Points(place[:, 0], place[:, 1], height), value, truth, outdoor


def plausible(height):
    return height if height is not None and -450 <= height <= 9000 else np.nan


def buddy(threshold):
    def check(points, value):
        return titanlib.buddy_check(
            points, value, [50_000.0], [5], threshold, 200.0, LAPSE_PER_METRE, 1.0, 2
        )

    return check


def resistant(threshold):
    def check(points, value):
        everywhere = np.ones(len(value))
        return titanlib.sct_resistant(
            points, value, np.ones(len(value), dtype=np.int32), np.zeros(len(value)),
            titanlib.VerticalProfileTheilSen, 10, 50,
            50_000.0, 100_000.0, 20, 100, 200.0, 10_000.0, 100_000.0, 3, 200.0,
            value - 20.0, value + 20.0, value - 1.0, value + 1.0, everywhere * 0.5,
            everywhere * threshold, everywhere * threshold, False, True,
        )

    return check


def isolation(points, value):
    return titanlib.isolation_check(points, 5, 50_000.0)


def quietly(check, *arguments):
    """Runs a check without what titanlib prints on standard output."""
    sys.stdout.flush()
    shown = os.dup(1)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        flags = check(*arguments)
    finally:
        os.dup2(shown, 1)
        os.close(shown)
    return np.array(flags[0] if isinstance(flags, (list, tuple)) else flags)


METHODS = {
    "buddy_check 50 km, t3": buddy(3.0),
    "buddy_check 50 km, t4": buddy(4.0),
    "sct_resistant t3": resistant(3.0),
    "sct_resistant t5": resistant(5.0),
    "isolation_check 50 km": isolation,
}


def main():
    counts = defaultdict(lambda: np.zeros(3, dtype=int))
    for name, points, value, truth, outdoor in moments(sys.argv[1]):
        for method, check in METHODS.items():
            flags = quietly(check, points, value)
            for kind in np.unique(truth):
                chosen = outdoor & (truth == kind)
                judged = chosen & (flags >= 0) & (flags <= 1)
                counts[name, kind, method] += (chosen.sum(), judged.sum(), (chosen & (flags == 1)).sum())
    for (name, kind, method), (all_, judged, failed) in sorted(counts.items()):
        share = 100.0 * np.array([judged / max(all_, 1), failed / max(judged, 1), failed / max(all_, 1)])
        print(f"{name:<32} {kind:<16} {method:<28} {all_:>6} {share[0]:>6.1f} {share[1]:>7.2f} {share[2]:>7.2f}")


if __name__ == "__main__":
    main()
