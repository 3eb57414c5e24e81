"""Puts the answers of all into one: for each table, package and coefficient a number of six places, or null."""

import json
import sys
from pathlib import Path

joined: dict[str, dict] = {}
for path in sys.argv[1:]:
    for table, told in json.loads(Path(path).read_text()).items():
        for package, values in told.items():
            rounded = {name: None if value is None else round(value, 6) + 0.0 for name, value in values.items()}
            joined.setdefault(table, {})[package] = rounded
lines = (
    f" {json.dumps(table)}: {{\n"
    + ",\n".join(f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in told.items())
    + "\n }"
    for table, told in joined.items()
)
print("{\n" + ",\n".join(lines) + "\n}")
