"""The containers as .ci/run has them: an answer and a new version in mid-recording, where an engine can be had.

    python tests/containers/in_ci.py

What this machine cannot do (no root, no engine, no Debian packages, no time) is a line that says so, and no failure.
What the product does wrong is one: a run that fails is tried once more, and two that fail end with exit code 1.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[0:1] = [str(ROOT), str(HERE.parent)]

from containers import bases

BUDGET_S = 720
PREPARE_S = 300
"""Of it, at most, until engine and base images are there; longer says something of the network, not of the product."""
PACKAGES = ("docker.io", "debootstrap", "iptables")
NEEDED = ("debian:12-slim", "debian:13-slim", "postgres:17-alpine", "valkey/valkey:8-alpine")


class Skipped(Exception):
    """Nothing can be said of the product here; the message says why."""


def main() -> int:
    began, engine = time.monotonic(), None

    def left(of: float = BUDGET_S) -> float:
        if (seconds := of - (time.monotonic() - began)) <= 0:
            raise Skipped(f"there was no more time ({of:.0f} s)")
        return seconds

    with tempfile.TemporaryDirectory(prefix="vignet-engine-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        try:
            engine = prepare(Path(folder), left)
            for last in (False, True):
                code = tried(left())
                if code == 0:
                    return 0
                print("containers: failed" if last else "containers: failed, and is tried once more", flush=True)
            return 1
        except Skipped as why:
            print(f"containers: skipped, {why}", flush=True)
            return 0
        finally:
            if engine is not None:
                engine.terminate()
                with_patience(engine)


def prepare(folder: Path, left) -> subprocess.Popen | None:
    """Engine, Compose and base images; answers the engine that was started, if none was there. Raises Skipped."""
    if os.geteuid() != 0:
        raise Skipped("it needs root")
    engine = None
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if not engine_answers():
        engine = start(folder, left)
    try:
        driver = subprocess.run(["docker", "info", "--format", "{{.Driver}}"], capture_output=True, text=True).stdout
        if driver.strip() == "vfs":
            raise Skipped("the engine can only copy whole images here (vfs)")
        command = [sys.executable, __file__, "bases"]
        try:
            made = subprocess.run(command, capture_output=True, text=True, timeout=left(PREPARE_S), check=False)
        except subprocess.TimeoutExpired:
            raise Skipped(f"the base images were not there within {PREPARE_S} s") from None
        if made.returncode:
            raise Skipped(f"the base images could not be made: {last_line(made.stderr)}")
    except BaseException:
        if engine is not None:
            engine.terminate()
            with_patience(engine)
        raise
    return engine


def start(folder: Path, left) -> subprocess.Popen:
    """An engine of our own in `folder`. Raises Skipped."""
    if missing := [name for name in PACKAGES if subprocess.run(["dpkg", "-s", name], capture_output=True).returncode]:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
            try:
                command = ["apt-get", "-qq", *words]
                done = subprocess.run(command, env=quiet, capture_output=True, text=True, timeout=left(PREPARE_S))
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Skipped(f"apt-get {words[0]} gave no engine ({type(error).__name__})") from error
            if done.returncode:
                raise Skipped(f"apt-get {words[0]} gave no engine: {last_line(done.stderr)}")
    if not shutil.which("dockerd"):
        raise Skipped("there is no dockerd")
    log = folder / "log"
    with log.open("wb") as out:
        command = ["dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec"]
        engine = subprocess.Popen([*command, "--pidfile", folder / "pid"], stdout=out, stderr=out, process_group=0)
    until = time.monotonic() + 60
    while not engine_answers():
        if engine.poll() is not None or time.monotonic() > until:
            engine.terminate()
            with_patience(engine)
            raise Skipped(f"the engine does not start: {last_line(log.read_text(errors='replace'))}")
        time.sleep(0.5)
    return engine


def tried(seconds: float) -> int:
    """One run, at most so long: its exit code. Raises Skipped when that was not enough."""
    command = [sys.executable, str(HERE), "short"]
    run = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        return run.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGINT)
        with_patience(run)
        raise Skipped("it was not done in time, and nothing had failed until then") from None


def with_patience(process: subprocess.Popen) -> None:
    """Wait until it has ended, and end it when that takes a minute."""
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def engine_answers() -> bool:
    try:
        return subprocess.run(["docker", "version"], capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing"])[-1][:300]


if __name__ == "__main__":
    if sys.argv[1:] == ["bases"]:
        bases.make(*NEEDED)
        sys.exit(not bases.compose_is_new())
    sys.exit(main())
