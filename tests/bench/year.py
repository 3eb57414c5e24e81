"""A year of 200 organisations and so many exams, charged and invoiced by two processes at once. Prints JSON.

`python tests/bench/year.py [exams]`: on SQLite and on PostgreSQL. It stops with what is wrong when an invoice is not
what its orders add up to, a number is missing, or orders and credits are not what happened
(tests/support/simulated_year.py).
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psycopg
from lists import installation
from support import services, simulated_year

from storage.base import migrate
from storage.base.config import config
from storage.base.database import new_session

ORGANISATIONS = 200


def measure(folder: Path, url: str | None, exams: int) -> dict[str, float]:
    """One year on this database. The CPU of a PostgreSQL server is not in it."""
    with installation(folder, url):
        migrate.upgrade(config().database_url)
        before = _cpu_s()
        with new_session() as session:
            found = simulated_year.simulate(session, ORGANISATIONS, exams)
    found["least_of_two"] = min(found.pop("invoices_by_process"))
    return found | {"cpu_s": _cpu_s() - before}


def _cpu_s() -> float:
    used = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    exams = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000
    os.nice(19)
    figures = {}
    with tempfile.TemporaryDirectory() as name, services.postgresql() as address:
        with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE year")
        for kind, url in (("sqlite", None), ("postgresql", f"{address}/year")):
            for key, value in measure(Path(name) / kind, url, exams).items():
                figures[f"year_{kind}_{key}"] = value
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
