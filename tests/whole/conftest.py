"""A running product for each module in this folder, and a candidate who sits an exam in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from support import camera, film, system
from support.candidate import Candidate

CLIPS = system.ROOT / "scenarios" / "branchecertificaat_b" / "clips"


@pytest.fixture(scope="session")
def films(pytestconfig, tmp_path_factory) -> Path | None:
    """Where windows leave a film of themselves; None unless asked for by `--video on`."""
    if pytestconfig.getoption("--video") != "on":
        return None
    film.with_our_ffmpeg(tmp_path_factory.mktemp("ffmpeg"))
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ends with the module, since its loop stands in the way of other loops of this process."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Iterator[system.System]:
    with system.running(tmp_path_factory.mktemp("whole")) as running:
        yield running


@pytest.fixture(scope="session")
def filmed(tmp_path_factory) -> tuple[Path, Path]:
    """The files that the fake camera and the fake microphone play."""
    return camera.make(next(CLIPS.glob("04-*.mp4")), tmp_path_factory.mktemp("camera"))


@pytest.fixture(scope="module")
def sitter(playwright: Playwright, product, filmed, tmp_path_factory) -> Iterator[Candidate]:
    """A candidate whose ten answers are shared by the tests of a module: each takes the next one."""
    somebody = Candidate(playwright, product, filmed, tmp_path_factory.mktemp("candidate"))
    yield somebody
    somebody.kill()
    somebody.relay.close()


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser for those who need no camera."""
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield chromium
    chromium.close()
