"""Hosts of an own small network on this machine: network namespaces at one bridge, each with address and folder.

Everything is made inside of namespaces that end with this process (`__main__.py`), so nothing of it is seen outside.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from support import services

NETWORK = "10.77.19."
PEOPLE = f"{NETWORK}1"
"""Where the candidates' browsers are, and whoever looks at the installation: the bridge itself."""
NOBODY = "02:00:00:00:00:01"
"""What is sent there never comes, and nobody says so."""
ANNOUNCE = """
import socket, sys
line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
line.bind(("eth0", 0))
own, address, all_ = line.getsockname()[4], socket.inet_aton(sys.argv[1]), bytes([255] * 6)
line.send(all_ + own + bytes.fromhex("0806000108000604") + bytes([0, 2]) + own + address + all_ + address)
"""
"""Tells everybody who has an address from now on, as keepalived does."""


KEPT_RUNNING = 'hostname "$0"; while :; do "$@"; echo "$1 ended with $?"; sleep 1; done'
"""As a container's or systemd's `restart: always`."""


def run(*command: object) -> str:
    return subprocess.run([*map(str, command)], check=True, capture_output=True, text=True).stdout


def make_bridge() -> None:
    """Once, before any host."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "hosts", "type", "bridge")
    run("ip", "addr", "add", f"{PEOPLE}/24", "dev", "hosts")
    run("ip", "link", "set", "hosts", "up")


class Host:
    """One machine. What runs on it is started again in the same order when it comes back, on the disk that it had."""

    def __init__(self, name: str, number: int, folder: Path) -> None:
        self.name, self.address, self.folder = name, f"{NETWORK}{number}", folder / name
        self.folder.mkdir(mode=0o755)
        self._parts: list[tuple[list[str], int, dict[str, str]]] = []
        self._cable = f"v{number}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", self._cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", self._cable, "master", "hosts", "up")
        for words in (f"addr add {self.address}/24 dev eth0", "link set eth0 up", "link set lo up"):
            run("ip", "-n", name, *words.split())

    def runs(self, command: list[object], port: int = 0, settings: Mapping[str, str] | None = None) -> None:
        """Start this, now and each time that the host comes back; `port`: where it listens when it is up."""
        self._parts.append(([*map(str, command)], port, dict(settings or {})))
        self._start(*self._parts[-1])

    def forget(self) -> None:
        """What ran on it is not started again."""
        self._parts.clear()

    def inside(self, *command: object) -> str:
        """Do this on the host; answers what it prints."""
        return run("ip", "netns", "exec", self.name, *command)

    def lose(self) -> None:
        """As when its power fails: nobody hears a last word of it, and nothing on it ends in peace."""
        run("ip", "link", "set", self._cable, "down")
        while pids := run("ip", "netns", "pids", self.name).split():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.05)

    def come_back(self) -> None:
        run("ip", "link", "set", self._cable, "up")
        for part in self._parts:
            self._start(*part)

    def take_address(self, address: str) -> None:
        """This host has that address too, and all are told."""
        self.inside("ip", "addr", "replace", f"{address}/32", "dev", "eth0")
        self.inside(sys.executable, "-c", ANNOUNCE, address)

    def drop_address(self, address: str) -> None:
        self.inside("ip", "addr", "del", f"{address}/32", "dev", "eth0")

    def split_from(self, *others: str) -> None:
        """What it sends to these addresses gets lost, and nobody tells it."""
        for one in others:
            self.inside("ip", "neigh", "replace", one, "lladdr", NOBODY, "dev", "eth0", "nud", "permanent")

    def join(self, *others: str) -> None:
        for one in others:
            self.inside("ip", "neigh", "del", one, "dev", "eth0")

    def _start(self, command: list[str], port: int, settings: dict[str, str]) -> None:
        named = ["sh", "-c", KEPT_RUNNING, self.name]
        with (self.folder / "log").open("ab") as log:
            subprocess.Popen(
                ["ip", "netns", "exec", self.name, "unshare", "--uts", *named, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **settings},
                cwd=services.ROOT,
                process_group=0,
            )
        if port:
            up = f"{self.name} to listen, see {self.folder / 'log'}"
            services.wait_until(lambda: services.listens_at(self.address, port), up, 90)
