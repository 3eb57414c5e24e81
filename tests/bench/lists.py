"""What the long lists and the home pages cost, in an installation of 200 dossiers and in one of 10,000. Prints JSON.

`python tests/bench/lists.py [seconds]`: CPU milliseconds of one request, from the WSGI call to the last byte of the
answer, without the web server, in turns; with PostgreSQL the CPU of its back ends is in it.

The ratio of the two says what a row costs that is there and is not shown. So the page shows as many rows in both: the
small installation has the states that fill every page (with 100 dossiers, and a hundred sections and rows to fill,
that is not possible; hence 200), and who looks in the large one has about as many candidates or answers of their own
as in the small one (tests/support/lists_to_see.py). Searches are for what a good tenth of everybody is called
("verzonnen"), and
for one address. Only of assessors there are too few in the small installation to fill the page.
"""

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import psycopg
from desk import Page
from support import services, settings_cache
from support.lists_to_see import FULL, LARGE, LISTS, SMALL, looking, place

from storage.base import config, database, migrate
from webapp import create_app

SIZES = {"small": (SMALL, FULL), "large": (LARGE, {})}

TURNS = 3


class Measured(Page):
    """A page whose cost is that of the database too, where that is another process."""

    def __init__(self, *what, server: str | None):
        super().__init__(*what)
        self._server = server

    def cpu_ms(self, times: int) -> float:
        before = self._of_database()
        return super().cpu_ms(times) + (self._of_database() - before) / times

    def _of_database(self) -> float:
        """CPU milliseconds of the back ends that serve this installation, so far."""
        if self._server is None:
            return 0
        with psycopg.connect(self._server) as asking:
            pids = asking.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchall()
        # In ticks of the kernel, since not every kernel counts finer.
        ticks = 0
        for (pid,) in pids:
            # One that served the installation before may end at this very moment.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def installation(folder: Path, url: str | None) -> Iterator[None]:
    """This process works on the installation in this folder."""
    os.environ.update(VIGNET_ENV="development", VIGNET_DATA=str(folder), VIGNET_RATE_LIMIT_STORAGE="memory://")
    os.environ.pop("VIGNET_DATABASE_URL", None)
    if url:
        os.environ["VIGNET_DATABASE_URL"] = url.replace("postgresql://", "postgresql+psycopg://")
    settings_cache.clear()
    folder.mkdir(parents=True, exist_ok=True)
    yield
    settings_cache.clear()


def pages(url: str | None) -> dict[str, Measured]:
    app = create_app(config.config())
    with database.session_scope(writes=False) as session:
        people = looking(session, datetime.now(UTC))
    return {name: Measured(app, place(path, people), people[who], server=url) for name, (who, path) in LISTS.items()}


def measure(folder: Path, urls: dict[str, str | None], seconds: float) -> dict[str, list[float]]:
    """The cost of each page in the two installations, in turns, and how often each asks the database something."""
    figures: dict[str, list[float]] = {}
    for size in SIZES:
        with installation(folder / size, urls[size]):
            for name, page in pages(urls[size]).items():
                page.cpu_ms(2)
                figures[f"{name}_{size}_queries"] = [page.queries()]
    for _ in range(TURNS):
        for size in SIZES:
            with installation(folder / size, urls[size]):
                for name, page in pages(urls[size]).items():
                    once = page.cpu_ms(3)
                    times = max(3, min(40, int(1000 * seconds / TURNS / once)))
                    figures.setdefault(f"{name}_{size}_cpu_ms", []).append(page.cpu_ms(times))
    return figures


def fill(folder: Path, size: str, url: str | None) -> None:
    """Make an installation of this size."""
    from support import cast

    from demo import crowd

    with installation(folder / size, url):
        migrate.upgrade(config.config().database_url)
        with database.session_scope() as session:
            now = datetime.now(UTC)
            cast.gather(session, now)
            cast.scheme_of_a(session, now)
            numbers, made = SIZES[size]
            crowd.fill(session, cast.pack(session, now), *numbers, now, **made)


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 0.3
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, services.postgresql() as server:
        for kind in ("sqlite", "postgresql"):
            urls: dict[str, str | None] = dict.fromkeys(SIZES)
            if kind == "postgresql":
                with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
                    for size in SIZES:
                        admin.execute(f"CREATE DATABASE {size}")
                        urls[size] = f"{server}/{size}"
            for size in SIZES:
                fill(Path(folder) / kind, size, urls[size])
            if kind == "postgresql":
                for url in urls.values():
                    with psycopg.connect(url, autocommit=True) as admin:
                        admin.execute("ANALYZE")
            measured = measure(Path(folder) / kind, urls, seconds)
            found |= {f"{kind}_{name}": values for name, values in measured.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
