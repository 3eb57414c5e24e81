"""`make run`: sets everything up, starts the whole system under one supervisor, says where it is, and ends it with us.

Only Python's standard library: this runs before anything is installed.
"""

import contextlib
import json
import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import prepare
from machine import Machine
from parts import supervisor_conf
from prepare import ROOT, VENV, VENV_SWIFT, Obstacle, step

UP_S = 120
SUPERVISOR_S = 25
REPEAT_S = 60
EMPTY = """Vignet: http://localhost:{port}, without a demo.

Is it new? Then nobody can log in yet. In another terminal: .venv/bin/flask --app webapp setup"""


class Stop(BaseException):
    """Somebody wants this to end: Ctrl-C, a closed terminal, or a plain kill."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        machine = Machine(dict(os.environ))
        prepare.check_python()
        machine.check_data()
        machine.check_shared_memory()
        with machine.alone():
            if machine.end_orphans():
                print("Ended what an earlier start had left running.", flush=True)
            machine.check_ports()
            prepare.environments()
            return _run(machine)
    except Obstacle as obstacle:
        print(obstacle, file=sys.stderr)
        return 1
    except Stop:
        return 0


def _run(machine: Machine) -> int:
    try:
        told = machine.environment()
        _write_settings(machine, told)
    except OSError as error:
        raise prepare.obstacle_of(error, machine.data) from error
    python = VENV / "bin" / "python"
    hint = f"The database in {machine.data} could not be brought to its newest form, see the lines above."
    step([python, "-m", "storage.base.migrate"], machine.data, hint, cwd=ROOT, env=told)
    print("Starting …", flush=True)
    # While this is there /healthz says that the installation is not ready (webapp/health.py).
    filling = machine.data / "run" / "filling"
    filling.touch()
    supervisor = _supervisor(machine, told)
    try:
        _wait_for_ground(machine, supervisor)
        welcome = _demo(machine, told) if machine.with_demo else _nothing(machine, told)
        filling.unlink()
        _wait_until_up(machine, supervisor)
        print(welcome.strip(), "\n\nCtrl-C ends it.", sep="", flush=True)
        code = supervisor.wait()
        raise Obstacle(f"The supervisor ended (code {code}), and all parts with it: `make run` goes on where it was.")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        _end(machine, supervisor)


def _demo(machine: Machine, told: dict[str, str]) -> str:
    """Make the demo people, unless real ones are there; answers where they log in."""
    hint = f"The demo data could not be made, see the lines above and {machine.data / 'log'}."
    command = [VENV / "bin" / "flask", "--app", "webapp", "demo", "--unless-in-use"]
    return step(command, machine.data, hint, cwd=ROOT, env=told)


def _nothing(machine: Machine, told: dict[str, str]) -> str:
    """Make the object store ready for whoever comes; answers how an installation of one's own begins."""
    hint = f"The object store could not be made ready, see the lines above and {machine.data / 'log'}."
    step([VENV / "bin" / "python", "-m", "storage.base.objects"], machine.data, hint, cwd=ROOT, env=told)
    return EMPTY.format(port=machine.ports["edge"])


def _write_settings(machine: Machine, told: dict[str, str]) -> None:
    """What the supervisor and Swift read."""
    conf = machine.data / "run" / "supervisord.conf"
    conf.write_text(supervisor_conf(machine, pwd.getpwuid(os.getuid()).pw_name))
    (machine.data / "run" / "recorders.caddy").write_text(machine.recorder_routes())
    machine.write_settings()
    machine.write_broker_settings(told)
    secret = told.get("VIGNET_S3_SECRET_KEY_FILE")
    swift = [VENV_SWIFT / "bin" / "python", ROOT / "docker" / "local" / "swift_s3.py", "--prepare"]
    swift += ["--data", machine.data / "swift", "--port", str(machine.ports["swift-proxy"])]
    swift += ["--secret-file", secret] if secret else []
    step(swift, machine.data, "The object store could not be set up, see the lines above.", env=told)


def _supervisor(machine: Machine, told: dict[str, str]) -> subprocess.Popen:
    conf = machine.data / "run" / "supervisord.conf"
    supervisor = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", "--", VENV / "bin" / "supervisord", "-c", conf],
        cwd=ROOT,
        env=told,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # Ctrl-C in the terminal reaches us alone; we end the rest in order.
        start_new_session=True,
    )
    threading.Thread(target=_watch, args=(supervisor, machine.data / "log"), daemon=True).start()
    return supervisor


def _watch(supervisor: subprocess.Popen, logs: Path) -> None:
    """Say when a part ended by itself; the rest of the supervisor's talk stays in its log."""
    said: dict[str, float] = {}
    for line in supervisor.stdout:
        if found := re.search(r"exited: (\S+) \((.*); not expected\)", line):
            part, reason = found.groups()
            if time.monotonic() - said.get(part, -REPEAT_S) < REPEAT_S:
                continue
            said[part] = time.monotonic()
            print(f"{part} ended ({reason}) and is started again, see {logs / part}.log", file=sys.stderr, flush=True)
        elif found := re.search(r"gave up: (\S+)", line):
            part = found.group(1)
            print(f"{part} does not start, see {logs / part}.log", file=sys.stderr, flush=True)
        elif line.startswith("Error"):
            print(line.strip(), file=sys.stderr, flush=True)


def _wait_for_ground(machine: Machine, supervisor: subprocess.Popen) -> None:
    """Wait until broker and object store listen. Raises Obstacle."""
    ground = {name: port for name, port in machine.ports.items() if name == "valkey" or name.startswith("swift")}
    _wait(machine, supervisor, lambda: ", ".join(name for name, port in ground.items() if not _listens(port)))


def _wait_until_up(machine: Machine, supervisor: subprocess.Popen) -> None:
    """Wait until /healthz misses nothing. Raises Obstacle."""
    _wait(machine, supervisor, lambda: _missing(machine.ports["edge"]))


def _wait(machine: Machine, supervisor: subprocess.Popen, missing: Callable[[], str]) -> None:
    deadline = time.monotonic() + UP_S
    while names := missing():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            raise Obstacle(f"Not everything came up ({names}): see the logs in {machine.data / 'log'}.")
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _missing(port: int) -> str:
    """The parts that /healthz misses; nothing when all is up."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10):
            return ""
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError, AttributeError):
            return ", ".join(name for name, well in json.load(error)["parts"].items() if not well)
        return "web"
    except OSError:
        return "web"


def _end(machine: Machine, supervisor: subprocess.Popen) -> None:
    """End the supervisor with its parts, and whatever a killed supervisor left."""
    supervisor.terminate()
    try:
        supervisor.wait(SUPERVISOR_S)
    except subprocess.TimeoutExpired:
        supervisor.kill()
    machine.end_orphans()


def _stop(*_) -> None:
    raise Stop


if __name__ == "__main__":
    sys.exit(main())
