#!/usr/bin/env python3
"""Builds stations.json.gz, the stations of the simulator.

usage: trim.py BOXES.json.gz > stations.json.gz

BOXES.json.gz is the response of `GET /boxes` for every senseBox. This removes all text that people wrote about
themselves (name, description, weblink, grouptag), and rounds places to about a kilometre. It keeps titles, units and
sensor types byte for byte, since a client must survive their disorder.
"""

import collections
import datetime
import gzip
import json
import sys


def seconds(stamp):
    """Seconds since 1970 of an RFC 3339 stamp, or None."""
    if stamp is None:
        return None
    return int(datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp())


def place(location):
    """[longitude, latitude] in hundredths of a degree, and the height in whole metres if known."""
    coordinates = [float(number) for number in location["coordinates"]]
    return [round(number * 100) for number in coordinates[:2]] + [round(number) for number in coordinates[2:3]]


def suffix(sensor_id, box_id):
    """The end of a sensor's id that differs from the id of its box. It is short, since both were generated together."""
    same = 0
    while same < 23 and sensor_id[same] == box_id[same]:
        same += 1
    return sensor_id[same:]


def sensors(box):
    """The box's sensors without the two rows that the conversion had emptied."""
    return [sensor for sensor in box["sensors"] if len(sensor["_id"]) == 24]


def kind(sensor):
    return (sensor["title"], sensor["unit"], sensor.get("sensorType"))


def ranks(values):
    """Every value once, the most frequent first."""
    counts = collections.Counter(values)
    return sorted(counts, key=lambda value: (-counts[value], str(value)))


def main():
    with gzip.open(sys.argv[1]) as source:
        boxes = json.load(source)
    models = ranks(box["model"] for box in boxes)
    kinds = ranks(kind(sensor) for box in boxes for sensor in sensors(box))
    model_rank = {model: rank for rank, model in enumerate(models)}
    kind_rank = {value: rank for rank, value in enumerate(kinds)}
    rows = [
        [
            box["_id"],
            seconds(box["createdAt"]),
            seconds(box.get("lastMeasurementAt")),
            box["exposure"],
            model_rank[box["model"]],
            place(box["currentLocation"]),
            [[suffix(sensor["_id"], box["_id"]), kind_rank[kind(sensor)]] for sensor in sensors(box)],
        ]
        for box in boxes
    ]
    text = json.dumps({"models": models, "kinds": kinds, "boxes": rows}, ensure_ascii=False, separators=(",", ":"))
    with gzip.GzipFile(fileobj=sys.stdout.buffer, mode="wb", compresslevel=9, filename="", mtime=0) as target:
        target.write(text.encode())


if __name__ == "__main__":
    main()
