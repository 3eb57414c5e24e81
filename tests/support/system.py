"""The whole product as `make run` starts it, for tests that look at it from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import Page
from support import services

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C ends it."
PASSWORD = "vignet-demo"
UP_S = 180


@dataclass
class System:
    """A running product: its address, its data folder, and the environment of commands typed beside it.

    `root`: the checkout that it is started from.
    """

    origin: str
    data: Path
    env: dict[str, str]
    root: Path = ROOT
    _process: subprocess.Popen | None = field(default=None, repr=False)

    def start(self) -> None:
        """As `make run` does; returns when everything is up."""
        log = self.data.parent / "run.log"
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "docker/local/start.py"], cwd=self.root, env=self.env, stdout=output, stderr=output
            )
        said = f"the product to start, see {log}"
        services.wait_until(lambda: READY in log.read_text() or self._process.poll() is not None, said, UP_S)
        assert self._process.poll() is None, log.read_text()

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """As Ctrl-C does, or a deploy with SIGTERM; returns when everything has ended."""
        self._process.send_signal(number)
        try:
            self._process.wait(60)
        finally:
            self._process.kill()

    def processes(self, *words: str) -> list[psutil.Process]:
        """Those of its processes whose command has one of these words in it."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                mine = process.environ().get("VIGNET_DATA") == str(self.data)
                if mine and any(word in part for part in process.cmdline() for word in words):
                    found.append(process)
        return found

    def kill(self, *words: str) -> None:
        """kill -9; whatever started them will start them again."""
        killed = self.processes(*words)
        assert killed, f"nothing runs that is called {words}"
        for process in killed:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL)

    def helper(self, name: str) -> str:
        """The path of a program of the tests that runs beside the product; earlier commits had it elsewhere."""
        return next(str(path) for path in sorted((self.root / "tests").rglob(name)))

    def command(self, *words: str) -> str:
        """What a command prints; fails when it does."""
        command = [str(self.root / ".venv" / "bin" / words[0]), *words[1:]]
        done = subprocess.run(command, env=self.env, cwd=self.root, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def flask(self, *words: str) -> str:
        return self.command("flask", "--app", "webapp", *words)

    def recording(self, recording_id: str) -> dict:
        return json.loads(self.flask("recordings", "show", recording_id))


@contextlib.contextmanager
def running(folder: Path, port: int = 0, root: Path = ROOT, **settings: str) -> Iterator[System]:
    """Start everything on free ports with its data in `folder`, and end it as Ctrl-C does.

    `port`: the first of eight that are free; `root`: the checkout to start from; `settings`: variables beside those
    that follow from it.
    """
    port = port or services.free_ports(8)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
    env = {**plain, "VIGNET_PORT": str(port), "VIGNET_DATA": str(folder / "var"), "PYTHONPATH": str(root), **settings}
    system = System(f"http://localhost:{port}", folder / "var", env, root)
    try:
        system.start()
        yield system
    finally:
        system.stop()


def log_in(page: Page, origin: str, email: str) -> None:
    """Log in as one of the demo people."""
    page.goto(f"{origin}/inloggen")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url(lambda url: "inloggen" not in url)
