"""One running product for all tests in this folder, and a browser with a camera whose pictures are known."""

from collections.abc import Iterator
from pathlib import Path

import camera
import pytest
import system
from playwright.sync_api import Browser, Playwright

CLIPS = system.ROOT / "scenarios" / "branchecertificaat_b" / "clips"


@pytest.fixture(scope="session")
def product(tmp_path_factory) -> Iterator[system.System]:
    with system.running(tmp_path_factory.mktemp("whole")) as running:
        yield running


@pytest.fixture(scope="session")
def filmed(tmp_path_factory) -> tuple[Path, Path]:
    """The files that the fake camera and the fake microphone play."""
    return camera.make(next(CLIPS.glob("04-*.mp4")), tmp_path_factory.mktemp("camera"))


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, filmed) -> Iterator[Browser]:
    picture, sound = filmed
    flags = [
        "--no-sandbox",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={picture}",
        f"--use-file-for-fake-audio-capture={sound}",
        "--autoplay-policy=no-user-gesture-required",
        "--disable-background-networking",
    ]
    chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
    yield chromium
    chromium.close()
