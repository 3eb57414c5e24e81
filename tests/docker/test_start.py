"""`make run` as a person uses it: everything comes up, whatever is killed comes back, and nothing stays behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import pytest
import redis
import requests
from botocore.config import Config
from support import services

pytestmark = pytest.mark.real_time

UP_S = 240


class Run:
    """One `make run`, in a session of its own, with everything that it says."""

    def __init__(self, data: Path, port: int):
        self.data, self.port = data, port
        self.output = data.parent / "output"
        with self.output.open("w") as output:
            self.make = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", "make", "--no-print-directory", "run"],
                cwd=services.ROOT,
                env=_environment(VIGNET_PORT=str(port), VIGNET_DATA=str(data), VIGNET_DEMO="off"),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, words: str) -> None:
        services.wait_until(lambda: words in self.said or self.make.poll() is not None, f"make run says {words}", UP_S)
        assert words in self.said, f"{self.said}\n{self.logs}"

    @property
    def logs(self) -> str:
        return "\n".join(
            f"{path.name}: {path.read_text()[-800:]}" for path in sorted((self.data / "log").glob("*.log"))
        )

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/healthz", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    def processes(self) -> dict[int, str]:
        """Everything that was started for this data folder, by process id."""
        found = {}
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("VIGNET_STARTED_FOR") == str(self.data):
                    found[process.pid] = " ".join(process.cmdline())
        return found

    def parts(self) -> dict[str, int]:
        """The process of each part that runs under the supervisor."""
        lines = (self.data / "log" / "supervisord.log").read_text().splitlines()
        found = [re.search(r"spawned: '(\S+)' with pid (\d+)", line) for line in lines]
        return {match[1]: int(match[2]) for match in found if match}

    def store(self):
        """A client of the object store."""
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port + 3}",
            region_name="us-east-1",
            aws_access_key_id="exam:app",
            aws_secret_access_key=(self.data / "secrets" / "s3_secret_key").read_text(),
            config=Config(s3={"addressing_style": "path"}),
        )

    def broker(self) -> redis.Redis:
        return redis.Redis(port=self.port + 7, password=(self.data / "secrets" / "broker_password").read_text())

    def gone(self) -> None:
        """Wait until make has ended and nothing of it is left."""
        services.wait_until(lambda: self.make.poll() is not None, "make run to end", 60)
        services.wait_until(lambda: not self.processes(), f"nothing to be left of {self.processes()}", 10)
        for port in range(self.port, self.port + 8):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(("127.0.0.1", port))


def _environment(**more: str) -> dict[str, str]:
    """Ours, without what other tests or this make say to their own children."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("VIGNET_", "MAKE", "MFLAGS"))}
    return {**ours, **more}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> tuple[Path, int]:
    """A data folder and ports for all tests of this file, which follow one installation through its life."""
    folder = tmp_path_factory.mktemp("start") / "a folder"
    folder.mkdir(mode=0o755)  # somebody made it, open for all
    return folder, services.free_ports(8)


@pytest.fixture
def run(place) -> Iterator[Run]:
    """A system that is up. The first test of this file makes it anew, the others find what was there."""
    run = Run(*place)
    try:
        run.wait_for("Ctrl-C ends it")
        yield run
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.make.pid, signal.SIGKILL)
        run.make.wait()
        for pid in run.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_it_says_where_it_is_and_ends_with_ctrl_c(run):
    assert f"http://localhost:{run.port}" in run.said
    assert run.healthy()
    secrets = list((run.data / "secrets").iterdir())
    assert {path.name for path in secrets} == {
        *("secret_key", "s3_secret_key", "master_key", "broker_password", "metrics_token", "audit_key", "backup_key"),
    }
    assert {path.stat().st_mode & 0o777 for path in [*secrets, run.data / "swift" / "etc" / "proxy.conf"]} == {0o600}
    assert run.data.stat().st_mode & 0o777 == 0o700
    assert (run.data / "run" / "settings.json").stat().st_mode & 0o777 == 0o600
    for path in secrets:
        assert path.read_text() not in run.said
        assert not any(path.read_text() in command for command in run.processes().values())
    _answers_nobody_inside(run)
    # A command that is typed beside it is told the folder and nothing else.
    command = [services.BIN / "flask", "--app", "webapp", "recorders", "list"]
    env = _environment(VIGNET_DATA=str(run.data))
    told = subprocess.run(command, cwd=services.ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert "recorder-1" in told.stdout, told.stderr
    run.store().put_object(Bucket="vignet", Key="kept", Body=b"from the first start")
    assert run.broker().set("kept", "from the first start")
    os.killpg(run.make.pid, signal.SIGINT)
    run.gone()
    assert "ended (" not in run.said


def _answers_nobody_inside(run: Run) -> None:
    """Whoever is on this machine, and not of this house, gets nothing from the parts behind the edge."""
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=run.port + 7).ping()
    for server in (4, 5, 6):
        assert requests.get(f"http://127.0.0.1:{run.port + server}/d1/0/AUTH_exam", timeout=20).status_code == 403
    recorder = f"http://127.0.0.1:{run.port + 2}/recorder"
    assert requests.get(f"{recorder}/metrics", timeout=20).status_code == 404
    assert requests.get(f"{recorder}/healthz", timeout=20).json() == {"taking": True}
    token = (run.data / "secrets" / "metrics_token").read_text()
    shown = requests.get(f"{recorder}/metrics", headers={"Authorization": f"Bearer {token}"}, timeout=20)
    assert "vignet_recorder_capacity" in shown.text


def test_what_is_killed_comes_back(run):
    for part, pid in run.parts().items():
        os.kill(pid, signal.SIGKILL)
        services.wait_until(lambda part=part, pid=pid: run.parts()[part] != pid, f"{part} to be started again", 60)
        run.wait_for(f"{part} ended (terminated by SIGKILL) and is started again")
    services.wait_until(run.healthy, "all to be well after each part was killed", UP_S)
    # The second value is there when this is the second try.
    assert run.store().get_object(Bucket="vignet", Key="kept")["Body"].read() in (
        b"from the first start",
        b"just before",
    )
    assert run.broker().get("kept") in (b"from the first start", b"just before")
    run.store().put_object(Bucket="vignet", Key="kept", Body=b"just before")
    assert run.broker().set("kept", "just before")
    for pid in run.processes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.gone()


def test_nothing_was_lost_when_all_were_killed_and_nothing_outlives_the_supervisor(run):
    assert run.store().get_object(Bucket="vignet", Key="kept")["Body"].read() == b"just before"
    assert run.broker().get("kept") == b"just before"
    os.kill(int((run.data / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    run.gone()
    assert run.make.returncode != 0
    assert "`make run` goes on where it was" in run.said
