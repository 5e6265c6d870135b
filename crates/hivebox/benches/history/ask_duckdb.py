"""Reads SQL from standard input, runs it with DuckDB, and prints the result and the time.

The argument is the number of threads. A line in is {"sql": ...}; a line out is {"seconds": ..., "rows": [...]}: the time from the text
of the question to all of its rows, which are numbers alone; lists among them are laid flat.
"""

import json
import sys
import time
from decimal import Decimal

import duckdb


def numbers(row):
    for cell in row:
        if isinstance(cell, list):
            yield from numbers(cell)
        else:
            yield float(cell) if isinstance(cell, Decimal) else cell


connection = duckdb.connect()
connection.execute(f"set threads = {int(sys.argv[1])}")
connection.execute("set timezone = 'UTC'")
# Reads the footers of the files only once, as the engine of HiveBox does.
connection.execute("set parquet_metadata_cache = true")
for line in sys.stdin:
    sql = json.loads(line)["sql"]
    started = time.perf_counter()
    rows = connection.execute(sql).fetchall()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "rows": [list(numbers(row)) for row in rows]}), flush=True)
