"""The machine as the parts meet it: a data folder, its lock and secrets, ports, and the environment they are told.

Only the standard library: this runs before anything is installed.
"""

import base64
import contextlib
import errno
import fcntl
import json
import multiprocessing
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from prepare import ROOT, Obstacle, obstacle_of

MIN_FREE_BYTES = 512 * 1024 * 1024
PORTS = ("edge", "web", "recorder", "swift-proxy", "swift-account", "swift-container", "swift-object", "valkey")
MOST_RECORDERS = 16
MOST_PORTS = len(PORTS) + MOST_RECORDERS
SHARED_MEMORY = "/dev/shm"  # noqa: S108 (where Linux has it)
MARK = "VIGNET_STARTED_FOR"
SEALERS = ("VIGNET_AUDIT_KEY", "VIGNET_AUDIT_KEY_FILE")
"""Settings that only one part is told."""
SECRETS = ("SECRET_KEY", "S3_SECRET_KEY", "MASTER_KEY", "BROKER_PASSWORD", "METRICS_TOKEN")


def write_private(path: Path, text: str) -> None:
    """Readable by the owner alone, from the first byte on."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


class Machine:
    """One data folder and eight ports in a row, from `port` on; each recorder after the first has one more."""

    def __init__(self, env: dict[str, str]):
        self._env = env
        text = env.get("VIGNET_PORT") or "8000"
        if not text.isdigit() or not 1 <= int(text) <= 65535 - MOST_PORTS:
            raise Obstacle(f"VIGNET_PORT must be a number from 1 to {65535 - MOST_PORTS}, not {text!r}.")
        many = env.get("VIGNET_RECORDERS") or "1"
        if not many.isdigit() or not 1 <= int(many) <= MOST_RECORDERS:
            raise Obstacle(f"VIGNET_RECORDERS must be a number from 1 to {MOST_RECORDERS}, not {many!r}.")
        demo = env.get("VIGNET_DEMO") or "on"
        if demo not in ("on", "off"):
            raise Obstacle(f"VIGNET_DEMO must be on or off, not {demo!r}.")
        self.with_demo = demo == "on"
        self.more_recorders = [f"recorder-{number}" for number in range(2, int(many) + 1)]
        first = int(text)
        self.ports = {name: first + number for number, name in enumerate((*PORTS, *self.more_recorders))}
        self.data = Path(env.get("VIGNET_DATA") or ROOT / "var").absolute()
        if odd := set(str(self.data)) & set("%;?#\"'\n"):
            raise Obstacle(f"VIGNET_DATA may not hold the character {min(odd)}, which other programs take amiss.")

    def check_data(self) -> None:
        """Raises Obstacle when the data folder cannot be made, written in, or has no space."""
        probe = self.data / "run" / "probe"
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Whoever made it, and with whatever mode: recordings and secrets are inside.
            self.data.chmod(0o700)
            # What the web app counted is of one start.
            shutil.rmtree(self.data / "run" / "numbers", ignore_errors=True)
            for name in ("log", "run", "valkey", "run/numbers"):
                (self.data / name).mkdir(exist_ok=True)
            with open(probe, "wb") as file:
                file.write(os.urandom(1024 * 1024))
                file.flush()
                os.fsync(file.fileno())
            os.setxattr(probe, "user.vignet", b"1")
            probe.unlink()
        except OSError as error:
            with contextlib.suppress(OSError):
                probe.unlink()
            if error.errno == errno.ENOTSUP:
                raise Obstacle(
                    f"The disk that holds {self.data} has no extended attributes, which the object store needs: "
                    "set VIGNET_DATA to a folder on ext4, xfs or btrfs."
                ) from error
            raise obstacle_of(error, self.data) from error
        if shutil.disk_usage(self.data).free < MIN_FREE_BYTES:
            raise obstacle_of(OSError(errno.ENOSPC, ""), self.data)

    def check_shared_memory(self) -> None:
        """Raises Obstacle when this user can have no locks in shared memory, which store and workers need.

        The operating system keeps them in /dev/shm, which a hand-made chroot or container may lack or keep closed.
        """
        try:
            multiprocessing.Lock()
        except (OSError, ImportError) as error:
            why = getattr(error, "strerror", None) or error
            raise Obstacle(
                f"{SHARED_MEMORY} cannot be used by you ({why}), where the object store and the workers keep their "
                f"locks: let root run `mount -t tmpfs tmpfs {SHARED_MEMORY}`, or `chmod 1777 {SHARED_MEMORY}` where it "
                "is there, and start again."
            ) from error

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the data folder. Raises Obstacle when another start holds it."""
        path = self.data / "run" / "lock"
        with open(path, "a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise Obstacle(
                    f"Vignet already runs on {self.data} (process {file.read().strip()}): stop it with Ctrl-C there, "
                    "or set VIGNET_DATA and VIGNET_PORT for a second one."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def check_ports(self) -> None:
        """Raises Obstacle when somebody else listens on one of the ports."""
        for name, port in self.ports.items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((self._bind if name == "edge" else "127.0.0.1", port))
                except OSError as error:
                    if error.errno == errno.EACCES:
                        raise Obstacle(f"Port {port} is only for root: choose one with VIGNET_PORT=8000.") from error
                    raise Obstacle(
                        f"Port {port} ({name}) is in use: stop the program that listens there, or choose eight other "
                        f"ports in a row, for example VIGNET_PORT={self.ports['edge'] + 100} make run."
                    ) from error

    def orphans(self) -> list[int]:
        """The processes that an earlier start for this data folder left behind, when it was killed."""
        mark = f"{MARK}={self.data}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                with contextlib.suppress(OSError):
                    if mark in (entry / "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found

    def end_orphans(self) -> int:
        """End them, gently first; answers how many there were."""
        first = self.orphans()
        for number, patience_s in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            left = self.orphans()
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            deadline = time.monotonic() + patience_s
            while self.orphans() and time.monotonic() < deadline:
                time.sleep(0.1)
        return len(first)

    def environment(self) -> dict[str, str]:
        """What every part is told. Secrets are made at the first start, and handed over as names of files."""
        port, local = self.ports, "127.0.0.1:{}".format
        told = {
            "VIGNET_PORT": str(port["edge"]),
            "VIGNET_DATA": str(self.data),
            "VIGNET_SITE": f"http://:{port['edge']}",
            "VIGNET_BIND": self._bind,
            "VIGNET_WEB_LISTEN": local(port["web"]),
            "VIGNET_RECORDER_LISTEN": local(port["recorder"]),
            "VIGNET_S3_ENDPOINT": f"http://{local(port['swift-proxy'])}",
            MARK: str(self.data),
            "PYTHONUNBUFFERED": "1",
        }
        for name in SECRETS:
            if f"VIGNET_{name}" not in self._env:
                told.setdefault(f"VIGNET_{name}_FILE", str(self._secret(name.lower())))
        # For the commands of backups, which find it in the data folder: no part is told.
        self._secret("backup_key")
        everybody = {name: value for name, value in self._env.items() if name not in SEALERS}
        return {**told, **everybody, MARK: str(self.data), "VIGNET_DATA": str(self.data)}

    def sealer(self) -> dict[str, str]:
        """What the sealer of the audit log is told besides, and nobody else. Raises Obstacle for a key that all see."""
        if "VIGNET_AUDIT_KEY" in self._env:
            raise Obstacle("Only the sealer may have VIGNET_AUDIT_KEY: put it in a file, set VIGNET_AUDIT_KEY_FILE.")
        return {"VIGNET_AUDIT_KEY_FILE": self._env.get("VIGNET_AUDIT_KEY_FILE") or str(self._secret("audit_key"))}

    def write_settings(self) -> None:
        """For commands that are typed beside this: the settings that this was started with, and no more, since the
        rest follows from them (storage/base/config.py)."""
        given = {
            name: value
            for name, value in self._env.items()
            if name.startswith("VIGNET_") and name not in (MARK, *SEALERS)
        }
        given |= {"VIGNET_PORT": str(self.ports["edge"])}
        write_private(self.data / "run" / "settings.json", json.dumps(given))

    def write_broker_settings(self, told: dict[str, str]) -> None:
        """What the broker reads: on a command line its password would stand in the list of processes."""
        password = told.get("VIGNET_BROKER_PASSWORD") or Path(told["VIGNET_BROKER_PASSWORD_FILE"]).read_text().strip()
        write_private(self.broker_conf, f"requirepass {password}\n")

    @property
    def broker_conf(self) -> Path:
        return self.data / "run" / "valkey.conf"

    def recorder(self, name: str) -> dict[str, str]:
        """What a recorder after the first is told besides: the edge knows it by its name in the path."""
        port = self.ports["edge"]
        origin = (self._env.get("VIGNET_ORIGIN") or f"http://localhost:{port}").rstrip("/")
        return {
            "VIGNET_RECORDER_NAME": name,
            "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{self.ports[name]}",
            "VIGNET_RECORDER_URL": f"{origin}/recorder/{name}",
            "VIGNET_SPOOL": str(self.data / "spools" / name),
        }

    def recorder_routes(self) -> str:
        """For the edge: the way to each recorder after the first."""
        return "".join(
            f"handle /recorder/{name}/* {{\n\terror /recorder/{name}/metrics 404\n"
            f"\timport recorder 127.0.0.1:{self.ports[name]}\n}}\n"
            for name in self.more_recorders
        )

    @property
    def _bind(self) -> str:
        """Loopback, since the demo people have a known password; VIGNET_BIND=0.0.0.0 opens it."""
        return self._env.get("VIGNET_BIND") or "127.0.0.1"

    def _secret(self, name: str) -> Path:
        folder = self.data / "secrets"
        folder.mkdir(mode=0o700, exist_ok=True)
        path = folder / name
        if not path.exists():
            fresh = folder / f"{name}.new"
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(32)))
                file.flush()
                os.fsync(file.fileno())
            fresh.rename(path)
        return path
