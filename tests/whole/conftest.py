"""One running product for all tests in this folder, and one candidate who sits an exam in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright
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


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[system.System]:
    with system.running(tmp_path_factory.mktemp("whole")) as running:
        yield running


@pytest.fixture(scope="session")
def filmed(tmp_path_factory) -> tuple[Path, Path]:
    """The files that the fake camera and the fake microphone play."""
    return camera.make(next(CLIPS.glob("04-*.mp4")), tmp_path_factory.mktemp("camera"))


@pytest.fixture(scope="session")
def sitter(playwright: Playwright, product, filmed, tmp_path_factory) -> Iterator[Candidate]:
    """A candidate whose ten answers are shared by all tests: each takes the next one."""
    somebody = Candidate(playwright, product, filmed, tmp_path_factory.mktemp("candidate"))
    yield somebody
    somebody.kill()
    somebody.relay.close()


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A browser for those who need no camera."""
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    yield chromium
    chromium.close()
