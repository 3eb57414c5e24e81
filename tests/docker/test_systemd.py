"""The road without containers: units that systemd finds right and closed, that say the same as compose, and that run.

No systemd boots in a test: it is asked what it thinks of the files, and each ExecStart is run as it stands, with the
folders and secrets that its unit names lying elsewhere.
"""

import contextlib
import re
import shlex
import shutil
import subprocess
import urllib.request
from pathlib import Path

import psycopg
import pytest
import yaml
from support import services
from support.services import ROOT
from test_compose import GIVEN

UNITS = ROOT / "docker" / "systemd"
SERVICES = {path.stem.removeprefix("vignet-").rstrip("@"): path for path in sorted(UNITS.glob("*.service"))}
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yml").read_text())["services"]
LIKE = {"web": "web-1"}
"""What compose calls a unit of ours, where that is another name."""
EXPOSED = 2.0
"""systemd's own figure, of 10; it calls less than 3 OK."""
needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")


class Unit:
    """One file, as systemd reads it: a word may come more than once."""

    def __init__(self, path: Path) -> None:
        self.said: dict[str, list[str]] = {}
        for line in path.read_text().splitlines():
            if line and line[0] not in "#[":
                name, _, value = line.partition("=")
                self.said.setdefault(name, []).append(value)

    def one(self, name: str) -> str:
        (value,) = self.said[name]
        return value

    @property
    def environment(self) -> dict[str, str]:
        words = [word for line in self.said.get("Environment", []) for word in shlex.split(line)]
        return dict(word.split("=", 1) for word in words)

    @property
    def secrets(self) -> set[str]:
        return {line.partition(":")[0] for line in self.said.get("LoadCredential", [])}


def test_every_part_of_compose_has_a_unit():
    """Database and broker come from the distribution, and coturn with a unit of its own."""
    parts = set(COMPOSE) - {"web-1", "web-2", "database", "valkey", "turn", "backup"}
    assert set(SERVICES) == parts | {"web"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_is_given_what_compose_gives(name):
    unit, service = Unit(SERVICES[name]), COMPOSE[LIKE.get(name, name)]
    assert unit.secrets == GIVEN[LIKE.get(name, name)]
    without = service["environment"].get("VIGNET_WITHOUT")
    assert unit.environment.get("VIGNET_WITHOUT") == without
    assert unit.one("User") == "vignet"
    if name != "prepare":
        assert unit.one("Restart") in ("always", "on-failure")
        if "stop_grace_period" in service:
            assert unit.one("TimeoutStopSec") + "s" == service["stop_grace_period"]
    if "celery" in service.get("command", []):
        assert set(service["command"]) - {"celery", "/tmp/beat"} <= set(unit.one("ExecStart").split())
    assert re.fullmatch(r"\d+[MG]", unit.one("MemoryMax"))
    assert unit.one("MemoryMax").lower() == service["mem_limit"]


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_systemd_finds_nothing_wrong_and_little_open(name, tmp_path):
    for path in UNITS.iterdir():
        text = path.read_text()
        # What a unit starts is not at its place here.
        text = re.sub(r"^(ExecStart=)/opt/vignet/\S+", r"\1/bin/true", text, flags=re.M)
        (tmp_path / path.name).write_text(text.replace("WorkingDirectory=/opt/vignet", "WorkingDirectory=/"))
    file = tmp_path / SERVICES[name].name
    asked = tmp_path / file.name.replace("@.", "@8001.")
    if asked != file:
        shutil.copy(file, asked)
    done = subprocess.run(["systemd-analyze", "verify", asked], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSED * 10:.0f}", asked],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture
def house(tmp_path, postgresql, valkey):
    """The folders of a host as the units name them, below a folder of ours, with secrets and settings in them."""
    port = services.free_ports(8)
    name = f"units_{port}"
    with psycopg.connect(f"{postgresql}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    etc = tmp_path / "etc" / "vignet"
    (etc / "secrets").mkdir(parents=True)
    shutil.copytree(ROOT / "docker", tmp_path / "docker", ignore=shutil.ignore_patterns("local", "secrets"))
    subprocess.run(["sh", tmp_path / "docker" / "secrets.sh"], check=True, capture_output=True)
    for path in (tmp_path / "docker" / "secrets").iterdir():
        shutil.copy(path, etc / "secrets" / path.name)
    for secret, value in (
        ("database_url", f"{postgresql.replace('postgresql:', 'postgresql+psycopg:')}/{name}"),
        ("broker_url", valkey),
        ("limits_url", valkey),
    ):
        (etc / "secrets" / secret).chmod(0o600)
        (etc / "secrets" / secret).write_text(value)
    told = {"VIGNET_ENV": "production", "VIGNET_ORIGIN": "https://exam.example.org"}
    told |= {"VIGNET_MAIL_URL": "smtp://127.0.0.1:9", "VIGNET_AUDIT_MAIL": "bewaarder@example.org"}
    told |= {"VIGNET_S3_ENDPOINT": f"http://127.0.0.1:{port + 3}", "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port + 2}"}
    (etc / "production.env").write_text("".join(f"{name}={value}\n" for name, value in told.items()))
    edge = {"VIGNET_SITE": f"http://localhost:{port}", "VIGNET_BIND": "127.0.0.1"}
    edge |= {"VIGNET_WEB_LISTEN": f"127.0.0.1:{port + 1}", "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{port + 2}"}
    edge |= {"VIGNET_S3_ENDPOINT": f"http://127.0.0.1:{port + 3}"}
    (etc / "edge.env").write_text("".join(f"{name}={value}\n" for name, value in edge.items()))
    return House(tmp_path, port)


class House:
    """A host in a folder."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port

    def here(self, text: str) -> str:
        for said, meant in (
            ("/opt/vignet", str(ROOT)),
            ("/var/lib/", f"{self.root}/var/lib/"),
            ("/run/", f"{self.root}/run/"),
            ("/etc/vignet", f"{self.root}/etc/vignet"),
            ("%d", f"{self.root}/etc/vignet/secrets"),
            ("${CREDENTIALS_DIRECTORY}", f"{self.root}/etc/vignet/secrets"),
            ("%i", str(self.port + 1)),
            ("%H", "host"),
            ("8003", str(self.port + 3)),
        ):
            text = text.replace(said, meant)
        return text

    def environment(self, name: str) -> dict[str, str]:
        """What the unit tells its program, and makes for it beforehand."""
        unit, told = Unit(SERVICES[name]), {}
        for file in unit.said.get("EnvironmentFile", []):
            lines = Path(self.here(file)).read_text().splitlines()
            told |= dict(line.split("=", 1) for line in lines if line)
        for word in ("StateDirectory", "RuntimeDirectory"):
            for folder in " ".join(unit.said.get(word, [])).split():
                place = "/var/lib/" if word == "StateDirectory" else "/run/"
                Path(self.here(place + folder)).mkdir(parents=True, exist_ok=True, mode=0o700)
        return told | {name: self.here(value) for name, value in unit.environment.items()}

    def commands(self, name: str) -> list[list[str]]:
        return [shlex.split(self.here(line)) for line in Unit(SERVICES[name]).said["ExecStart"]]

    def run(self, name: str, ports: list[int]):
        (command,) = self.commands(name)
        return services.running(command, ports, self.root / f"{name}.log", self.environment(name))

    def do(self, command: list[str], unit: str, code: int = 0) -> str:
        env = {"PATH": "/usr/bin:/bin", **self.environment(unit)}
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, (command, done.stdout[-1000:], done.stderr[-3000:])
        return done.stdout + done.stderr

    def gets(self, port: int, path: str) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://localhost:{port}{path}", timeout=10) as got:
            return got.status == 200
        return False

    def alive(self, name: str) -> bool:
        return (self.root / "var/lib/vignet" / name / "run" / "worker-alive").exists()


@pytest.mark.one_database
def test_each_unit_runs_what_it_says(house):
    flask = [str(services.BIN / "flask"), "--app", "webapp"]
    port = house.port
    with contextlib.ExitStack() as up:
        up.enter_context(house.run("s3", [port + 3, port + 4, port + 5, port + 6]))
        for command in house.commands("prepare"):
            house.do(command, "prepare")
        # Nobody takes the test mail that it sends at the end, and it says so; what it was told is kept.
        assert "zijn wel bewaard" in house.do([*flask, "setup", "--file", "docker/institution.example.toml"], "web", 1)
        exams = [f"scenarios/{name}" for name in ("praktijktoets_a", "branchecertificaat_b")]
        house.do([*flask, "schemes", "add", *exams], "web")
        up.enter_context(house.run("web", [port + 1]))
        up.enter_context(house.run("recorder", [port + 2]))
        for name in ("media", "office", "sealer", "beat"):
            up.enter_context(house.run(name, []))
        up.enter_context(house.run("edge", [port]))
        services.wait_until(lambda: house.gets(port, "/inloggen"), "the page to log in, through the edge", 240)
        services.wait_until(lambda: house.gets(port + 2, "/recorder/healthz"), "the recorder to answer", 240)
        for name in ("media", "office", "sealer"):
            services.wait_until(lambda name=name: house.alive(name), f"{name} to hear the broker", 240)
        services.wait_until(lambda: house.gets(port, "/healthz"), "everything to be ready", 240)
        schedule = Path(house.here("/var/lib/vignet/beat"))
        services.wait_until(lambda: list(schedule.glob("schedule*")), "beat to begin", 240)
    assert list(Path(house.here("/var/lib/vignet/audit")).parent.glob("audit"))
