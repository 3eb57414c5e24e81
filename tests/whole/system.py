"""The whole product as `make run` starts it, for tests that look at it from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import services
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
READY = "Ctrl-C ends it."
PASSWORD = "vignet-demo"
UP_S = 180


@dataclass(frozen=True)
class System:
    """A running product: its address, its data folder, and the environment of commands typed beside it."""

    origin: str
    data: Path
    env: dict[str, str]

    def command(self, *words: str) -> str:
        """What a command prints; fails when it does."""
        command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
        done = subprocess.run(command, env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def flask(self, *words: str) -> str:
        return self.command("flask", "--app", "webapp", *words)

    def recording(self, recording_id: str) -> dict:
        return json.loads(self.flask("recordings", "show", recording_id))


@contextlib.contextmanager
def running(folder: Path, **settings: str) -> Iterator[System]:
    """Start everything on free ports with its data in `folder` and these settings, and end it as Ctrl-C does."""
    port = services.free_ports(8)
    plain = {name: value for name, value in os.environ.items() if not name.startswith("VIGNET_")}
    env = {**plain, "VIGNET_PORT": str(port), "VIGNET_DATA": str(folder / "var"), "PYTHONPATH": str(ROOT)}
    env |= settings
    log = folder / "run.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "docker/local/start.py"], cwd=ROOT, env=env, stdout=output, stderr=output
        )
    try:
        services.wait_until(
            lambda: READY in log.read_text() or process.poll() is not None, f"the product to start, see {log}", UP_S
        )
        assert process.poll() is None, log.read_text()
        yield System(f"http://localhost:{port}", folder / "var", env)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        finally:
            process.kill()


def log_in(page: Page, origin: str, email: str) -> None:
    """Log in as one of the demo people."""
    page.goto(f"{origin}/inloggen")
    page.get_by_label("E-mailadres").fill(email)
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen").click()
    page.wait_for_url(lambda url: "inloggen" not in url)
