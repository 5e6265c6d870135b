#!/usr/bin/env python3
"""Makes stations.json.gz, the stations that the simulator stands in for.

usage: trim.py BOXES.json.gz > stations.json.gz

BOXES.json.gz is the answer of `GET /boxes` for every senseBox. What people wrote about themselves
(name, description, weblink, grouptag) is left out and places are rounded to about a kilometre;
titles, units and sensor types stay byte for byte, since their disorder is what a client must survive.
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
    """[longitude, latitude] in hundredths of a degree, and the height in whole metres where there is one."""
    coordinates = [float(number) for number in location["coordinates"]]
    return [round(number * 100) for number in coordinates[:2]] + [round(number) for number in coordinates[2:3]]


def suffix(sensor_id, box_id):
    """The end in which a sensor's id differs from its box's: the ids are drawn together, so it is short."""
    same = 0
    while same < 23 and sensor_id[same] == box_id[same]:
        same += 1
    return sensor_id[same:]


def sensors(box):
    """The box's sensors without the two rows whose every field the conversion had lost."""
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
