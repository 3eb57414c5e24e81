"""Every mishap, one after another: `python tests/faults [row …]`, one table, and var/faults.json.

A row that was run for this commit is not run again, unless it is named: so a run that was broken off goes on where it
was. Each row is the next answer of a real candidate in a real browser on the product as it is run.
"""

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0:1] = [str(HERE.parents[1]), str(HERE.parent)]

import pytest
from faults import rows
from faults.scene import LATE_S, LONGEST_S, Scene
from faults.stage import Stage
from faults.table import Found, Result, Row, commit, table
from playwright.sync_api import sync_playwright

from storage.base.config import config

BROKEN = (Exception, pytest.fail.Exception)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *(row.name for row in rows.ALL)], metavar="row")
    chosen = parser.parse_args().rows
    found, version = Found(config().data / "faults.json"), commit()
    wanted = [row for row in rows.ALL if (row.name in chosen if chosen else not found.done(row, version))]
    with tempfile.TemporaryDirectory(prefix="vignet-faults-") as folder, sync_playwright() as playwright:
        stage = Stage(playwright, Path(folder))
        try:
            for installation in dict.fromkeys(row.installation for row in wanted):
                run([row for row in wanted if row.installation == installation], stage, found, version)
        finally:
            stage.close()
    shown = [row for row in rows.ALL if row.name in found.results]
    print(f"\n{table(shown, found)}")
    return 0 if all(found.results[row.name].verdict == "met" for row in wanted) else 1


def run(wanted: list[Row], stage: Stage, found: Found, version: str) -> None:
    """Rows of one installation; those that end late begin first and are looked at last."""
    pending = [(row, *begin(row, stage, found, version)) for row in wanted if row.late]
    for row in wanted:
        if not row.late:
            look(row, *begin(row, stage, found, version), LONGEST_S, stage, found, version)
    for row, scene, number, began in pending:
        look(row, scene, number, began, LATE_S, stage, found, version)


def begin(row: Row, stage: Stage, found: Found, version: str) -> tuple[Scene | None, int, float]:
    """Let the row happen; no scene when that went wrong, which is kept at once."""
    began = time.monotonic()
    print(f"{row.name}: {row.what} …", flush=True)
    try:
        scene = Scene(stage.candidate(row.installation), stage)
        row.act(scene)
        return scene, scene.number, began
    except BROKEN as error:
        keep(Result(row.name, version, reason=_said(error)).judge(row), began, found)
        stage.give_up()
        return None, 0, began


def look(
    row: Row, scene: Scene | None, number: int, began: float, seconds: float, stage: Stage, found: Found, version: str
) -> None:
    """Wait for the end of the row, and keep what was found."""
    if scene is None:
        return
    try:
        result = scene.settle(row, number, seconds, version)
    except BROKEN as error:
        result = Result(row.name, version, more=scene.more, reason=_said(error)).judge(row)
        stage.give_up()
    keep(result, began, found)


def keep(result: Result, began: float, found: Found) -> None:
    result.took_s = round(time.monotonic() - began, 1)
    found.keep(result)
    print(f"  {result}", flush=True)


def _said(error: BaseException) -> str:
    traceback.print_exception(error)
    return f"{type(error).__name__}: {error}".splitlines()[0][:200]


if __name__ == "__main__":
    sys.exit(main())
