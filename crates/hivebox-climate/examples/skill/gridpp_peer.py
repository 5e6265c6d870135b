"""The corrections of gridpp, for the places that `skill --export FILE` wrote.

gridpp (MET Norway) is what Yr's forecasts are corrected with: optimal interpolation of the
differences between stations and model. Each line of the file is one place as JSON. gridpp gets all
stations within 50 km and the model at each of them, and its best setting of a grid on these very
places, so it has an advantage.
"""

import itertools
import json
import math
import sys

import gridpp
import numpy

LAPSE_KELVIN_PER_METRE = 0.0065
HORIZONTAL_METRES = [5_000, 10_000, 20_000, 40_000, 80_000]
VERTICAL_METRES = [200, 1000]
VARIANCE_RATIOS = [0.5, 1.0, 2.0, 4.0, 8.0]
MOST_STATIONS = 50


def differences(place, structure, ratio):
    """The difference between stations and model at a place now, by optimal interpolation."""
    stations = place["stations"]
    if not stations:
        return 0.0
    columns = list(zip(*((s["lat"], s["lon"], s["height"]) for s in stations)))
    points = gridpp.Points(*[numpy.array(c, dtype="f4") for c in columns])
    here = gridpp.Points(
        *[numpy.array([place[k]], dtype="f4") for k in ("lat", "lon", "height")]
    )
    lowered = [
        s["model"] - LAPSE_KELVIN_PER_METRE * (s["height"] - s["model_height"]) for s in stations
    ]
    analysis = gridpp.optimal_interpolation(
        here,
        numpy.array([place["raw_now"]], dtype="f4"),
        points,
        numpy.array([s["value"] for s in stations], dtype="f4"),
        numpy.full(len(stations), ratio, dtype="f4"),
        numpy.array(lowered, dtype="f4"),
        structure,
        MOST_STATIONS,
    )
    return float(analysis[0]) - place["raw_now"]


def root_mean_square(errors):
    return math.sqrt(sum(error * error for error in errors) / len(errors))


def main(path):
    with open(path, encoding="utf-8") as lines:
        places = [json.loads(line) for line in lines]
    results = []
    for horizontal, vertical, ratio in itertools.product(
        HORIZONTAL_METRES, VERTICAL_METRES, VARIANCE_RATIOS
    ):
        structure = gridpp.BarnesStructure(horizontal, vertical)
        shifts = [differences(place, structure, ratio) for place in places]
        now, later = (
            root_mean_square(
                [p[f"raw_{when}"] + shift - p[f"truth_{when}"] for p, shift in zip(places, shifts)]
            )
            for when in ("now", "in_1h")
        )
        results.append((now, later, f"{horizontal / 1000:g} km, {vertical} m, ratio {ratio}"))
    now = min(results)
    later = min(results, key=lambda result: result[1])
    ours = {
        (name, when): root_mean_square([p[f"{name}_{when}"] - p[f"truth_{when}"] for p in places])
        for name in ("raw", "ours")
        for when in ("now", "in_1h")
    }
    print("| air temperature, RMSE in K | now | in 1 h |\n|---|---|---|")
    print(f"| the model | {ours['raw', 'now']:.3f} | {ours['raw', 'in_1h']:.3f} |")
    print(f"| gridpp {gridpp.__version__}, best for now: {now[2]} | {now[0]:.3f} | {now[1]:.3f} |")
    print(f"| gridpp, best in 1 h: {later[2]} | {later[0]:.3f} | {later[1]:.3f} |")
    print(f"| HiveBox | {ours['ours', 'now']:.3f} | {ours['ours', 'in_1h']:.3f} |")


if __name__ == "__main__":
    main(sys.argv[1])
