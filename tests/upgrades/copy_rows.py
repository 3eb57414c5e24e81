"""The rows of one database go into another that the same version's migrations made: `python copy_rows.py FROM TO`.

With the code of that version as PYTHONPATH, whose types know how each database keeps a thing.
"""

import sys
from importlib import import_module
from importlib.util import find_spec

from sqlalchemy import create_engine, insert, select, text

# Where earlier versions had their nouns.
migrate = import_module("storage.base.migrate" if find_spec("storage.base") else "storage.migrate")


def main(source: str, target: str) -> None:
    tables = migrate.nouns().metadata.tables.values()
    with create_engine(source).connect() as old, create_engine(target).begin() as new:
        # Rows may point to each other in a circle.
        new.execute(text("SET session_replication_role = replica"))
        for table in tables:
            new.execute(table.delete())
            if rows := [dict(row._mapping) for row in old.execute(select(table))]:
                new.execute(insert(table), rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
