"""An installation of an earlier commit, with demo people and an exam sat there, is brought up to date in place.

The old code is checked out beside this, and an exam is sat in a real browser on it. Then this code is started on the
same data: every row and every film is still there, the exam is judged, its films play, and the candidate reads the
result.
"""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect
from support import services, system
from support.candidate import Candidate
from test_whole_exam import PEOPLE, TALK_S, assign, judge_by_keyboard, release

pytestmark = [pytest.mark.real_time, pytest.mark.proof, pytest.mark.timeout(1800)]

BEFORE = "900a045"
"""A commit from before the packages of the code were divided, whose newest migration is 0018."""


@pytest.fixture
def earlier(tmp_path: Path) -> Iterator[Path]:
    """The earlier code in a folder of its own. It installs what it needs, unless we have the same."""
    git = ["git", "-C", str(services.ROOT)]
    if subprocess.run([*git, "cat-file", "-e", f"{BEFORE}^{{commit}}"], capture_output=True).returncode:
        pytest.skip(f"the history of this checkout does not reach back to {BEFORE}: git fetch --unshallow")
    root = tmp_path / "earlier"
    subprocess.run([*git, "worktree", "add", "--detach", str(root), BEFORE], check=True, capture_output=True)
    try:
        for name, wanted in ((".venv", "requirements.txt"), (".venv-swift", "docker/local/requirements-swift.txt")):
            if (root / wanted).read_bytes() == (services.ROOT / wanted).read_bytes():
                (root / name).symlink_to(services.ROOT / name)
        subprocess.run([sys.executable, "docker/local/prepare.py"], cwd=root, check=True)
        yield root
    finally:
        subprocess.run([*git, "worktree", "remove", "--force", str(root)], check=True, capture_output=True)


def rows(data: Path) -> dict[str, int]:
    """How many rows each table has."""
    with closing(sqlite3.connect(data / "vignet.sqlite")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def test_an_exam_of_before_is_judged_and_plays_after(
    earlier: Path, playwright: Playwright, chromium: Browser, filmed, tmp_path: Path
):
    port = services.free_ports(8)
    with system.running(tmp_path, port, earlier) as old:
        sitter = Candidate(playwright, old, filmed, tmp_path / "candidate")
        for _ in range(10):
            sitter.begin().talk(TALK_S).end()
        sitter.at("saving").press("Afronden")
        expect(sitter.page.get_by_role("heading", name="Uw examen is afgerond")).to_be_visible(timeout=60_000)
        takes = {number: sitter.kept(number).take for number in range(1, 11)}
        assert {take["state"] for take in takes.values()} == {"stored"}
    before = rows(old.data)
    with system.running(tmp_path, port) as new:
        after = rows(new.data)
        kept = {name: (number, after.get(name)) for name, number in before.items() if name in after}
        assert {name: both for name, both in kept.items() if both[1] < both[0]} == {}
        print(f"{sum(before.values())} rows in {len(before)} tables, now {sum(after.values())} in {len(after)}")
        for take in takes.values():
            shown = new.recording(take["id"])
            assert (shown["state"], shown["sha256"]) == ("stored", take["sha256"])
            new.flask("recordings", "verify", take["id"], "--receipt", take["sha256"])
        pages = {who: chromium.new_page(viewport={"width": 1280, "height": 720}) for who in PEOPLE}
        for who, page in pages.items():
            system.log_in(page, new.origin, PEOPLE[who])
        assign(pages["officer"], new.origin, sitter.sitting)
        for who in ("first", "second"):
            judge_by_keyboard(pages[who], new.origin)
        release(pages["officer"], pages["other officer"], new.origin)
        sitter.page.goto(f"{new.origin}/uitslag")
        expect(sitter.page.get_by_role("heading", name=re.compile("geslaagd", re.IGNORECASE)).first).to_be_visible()
        sitter.kill()
        sitter.relay.close()
