"""The products that rows happen to, one at a time, and in each a candidate who goes on while there are answers."""

import contextlib
import shutil
from pathlib import Path

from faults import far
from playwright.sync_api import Error, Playwright
from support import camera, services, system
from support.candidate import Candidate
from support.fault_proxy import FaultProxy

CLIPS = system.ROOT / "scenarios" / "branchecertificaat_b" / "clips"
FAR = "many machines"
SWIFT = 3
"""Which of the product's ports is that of its object store."""


class Stage:
    """Whatever is asked for is started when it is asked for; `close` ends all of it."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self.playwright, self.folder = playwright, folder
        self.installation = ""
        self.product: system.System
        self.store: FaultProxy
        self.far: far.Far
        self._filmed: tuple[Path, Path] | None = None
        self._open = contextlib.ExitStack()
        self._candidate: Candidate | None = None
        self._people: list[Candidate] = []

    def candidate(self, installation: str) -> Candidate:
        """Somebody who waits for the next situation in the product of this name, where everything works."""
        if installation != self.installation:
            self.close()
            self._start(installation)
        if self._candidate and not self._works(self._candidate):
            self._candidate = None
        if self._candidate is None:
            self._end_browsers()
            folder = self.folder / f"{installation.replace(' ', '-')}-{len(self._people) + 1}"
            self._candidate = Candidate(self.playwright, self.product, self._films(), folder)
            self._people.append(self._candidate)
        return self._candidate

    def give_up(self) -> None:
        """Let the candidate be: the next row gets another one."""
        self._candidate = None

    def close(self) -> None:
        self._end_browsers()
        for somebody in self._people:
            somebody.relay.close()
        self._people.clear()
        self._candidate, self.installation = None, ""
        self._open.close()

    def _end_browsers(self) -> None:
        """Those of whom no more answers come: their cameras would go on beside the next one's."""
        for somebody in self._people:
            with contextlib.suppress(Error):
                somebody.kill()

    def _works(self, somebody: Candidate) -> bool:
        try:
            somebody.mend()
            return somebody.page.locator('main[data-step="clip"]').is_visible()
        except (Error, AssertionError):
            return False

    def _films(self) -> tuple[Path, Path]:
        if self._filmed is None:
            folder = self.folder / "camera"
            folder.mkdir(parents=True, exist_ok=True)
            self._filmed = camera.make(next(CLIPS.glob("04-*.mp4")), folder)
        return self._filmed

    def _start(self, installation: str) -> None:
        folder = self.folder / installation.replace(" ", "-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        port = services.free_ports(9)
        self.store = FaultProxy(port + 8, port + SWIFT)
        self._open.callback(self.store.close)
        endpoint = f"http://127.0.0.1:{self.store.port}"
        settings = {"VIGNET_S3_ENDPOINT": endpoint}
        if installation == FAR:
            self.far = self._open.enter_context(far.running(folder))
            settings |= self.far.settings
        self.product = self._open.enter_context(system.running(folder, port, **settings))
        self.installation = installation
