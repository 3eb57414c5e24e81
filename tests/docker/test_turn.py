"""TURN, as docker/turn.sh starts a real coturn: for one take, until it ends, and to nothing of the inside."""

import contextlib
import hashlib
import hmac
import ipaddress
import os
import secrets
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from support import services

from storage.exam.ice_servers import IceServers

START = services.ROOT / "docker" / "turn.sh"
CONF = services.ROOT / "docker" / "turnserver.conf"
SECRET = secrets.token_hex(32)
COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION, CHANNEL_BIND, SEND_INDICATION = 0x0003, 0x0008, 0x0009, 0x0016
USERNAME, INTEGRITY, ERROR, CHANNEL, PEER, REALM, NONCE, FAMILY, TRANSPORT = (
    *(0x0006, 0x0008, 0x0009, 0x000C, 0x0012, 0x0014, 0x0015, 0x0017, 0x0019),
)
UDP, TCP = 17, 6
FORBIDDEN, UNAUTHORIZED = 403, 401
OK = 0

SPECIAL = (
    *("0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1"),
    *("172.31.255.255", "192.0.0.8", "192.0.2.9", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
)
SPECIAL_V6 = (
    *("::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1"),
    *("2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00::2", "fe80::1", "fec0::1"),
    *("ff02::1", "2001:10::1", "2001:20::1"),
)


class Client:
    """Speaks TURN (RFC 8656) over UDP, in so many bytes; answers the number of the error, or OK."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(1)
        self._socket.connect(("127.0.0.1", port))
        self._name, self._password, self._nonce, self._realm = name, password, b"", b""
        self._channel = 0x4000

    def allocate(self, transport: int = UDP, family: int = 1) -> int:
        what = [(TRANSPORT, bytes([transport, 0, 0, 0])), (FAMILY, bytes([family, 0, 0, 0]))]
        code = self._ask(ALLOCATE, what)
        return self._ask(ALLOCATE, what) if code == UNAUTHORIZED and self._nonce else code

    def permission(self, host: str) -> int:
        return self._ask(CREATE_PERMISSION, [(PEER, self._address(host, 9))])

    def channel(self, host: str) -> int:
        self._channel += 1
        return self._ask(
            CHANNEL_BIND, [(CHANNEL, struct.pack("!HH", self._channel, 0)), (PEER, self._address(host, 9))]
        )

    def _address(self, host: str, port: int) -> bytes:
        address = ipaddress.ip_address(host)
        mask = struct.pack("!I", COOKIE) + self._transaction
        masked = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
        return struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ (COOKIE >> 16)) + masked

    @property
    def _transaction(self) -> bytes:
        return b"vignet-tests"

    def _ask(self, method: int, attributes: list[tuple[int, bytes]]) -> int:
        if self._nonce:
            attributes = [*attributes, (USERNAME, self._name.encode()), (REALM, self._realm), (NONCE, self._nonce)]
        body = b"".join(struct.pack("!HH", kind, len(v)) + v + bytes(-len(v) % 4) for kind, v in attributes)
        if self._nonce:
            head = struct.pack("!HHI", method, len(body) + 24, COOKIE) + self._transaction
            key = hashlib.md5(f"{self._name}:{self._realm.decode()}:{self._password}".encode()).digest()
            body += struct.pack("!HH", INTEGRITY, 20) + hmac.digest(key, head + body, hashlib.sha1)
        self._socket.send(struct.pack("!HHI", method, len(body), COOKIE) + self._transaction + body)
        return self._heard(self._socket.recv(2000))

    def _heard(self, data: bytes) -> int:
        code, place = OK, 20
        while place < len(data):
            kind, length = struct.unpack_from("!HH", data, place)
            value = data[place + 4 : place + 4 + length]
            if kind == ERROR:
                code = value[2] * 100 + value[3]
            elif kind == NONCE:
                self._nonce = value
            elif kind == REALM:
                self._realm = value
            place += 4 + length + -length % 4
        return code


@contextlib.contextmanager
def coturn(folder: Path, **env: str) -> Iterator[int]:
    port, secret = services.free_ports(1), folder / "turn_secret"
    secret.write_text(SECRET)
    own = [f"--relay-ip={address}" for address in _own_addresses()]
    options = ["--listening-ip=127.0.0.1", *own, f"--listening-port={port}", "--no-tls", "--no-dtls"]
    options += [f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}", "--relay-threads=1"]
    env = {"VIGNET_TURN_SECRET_FILE": str(secret), "TMPDIR": str(folder), **env}
    with services.running([START, *options], [port], folder / "turn.log", env):
        # It listens on TCP first, and these tests speak UDP.
        services.wait_until(lambda: _answers(port), "coturn to answer", 60)
        yield port


def _answers(port: int) -> bool:
    """True when it answers a binding request, the one that needs no account (RFC 8489)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line, contextlib.suppress(OSError):
        line.settimeout(1)
        line.connect(("127.0.0.1", port))
        line.send(struct.pack("!HHI", 0x0001, 0, COOKIE) + b"vignet-tests")
        return bool(line.recv(2000))
    return False


def _own_addresses() -> list[str]:
    """One IPv4 and one IPv6 address of this machine."""
    found = {}
    for address in (a for each in psutil.net_if_addrs().values() for a in each):
        if address.family in (socket.AF_INET, socket.AF_INET6):
            ip = ipaddress.ip_address(address.address.partition("%")[0])
            if not ip.is_loopback and not ip.is_link_local:
                found.setdefault(ip.version, str(ip))
    return list(found.values())


def account(ends: timedelta = timedelta(minutes=2), secret: str = SECRET) -> tuple[str, str]:
    """What the web app tells the page of a take."""
    servers = IceServers([{"urls": "turn:localhost"}], secret)
    (told,) = servers.of_take(uuid.uuid4(), datetime.now(UTC) + ends)
    return told["username"], told["credential"]


@pytest.fixture(scope="module")
def port(tmp_path_factory) -> Iterator[int]:
    with coturn(tmp_path_factory.mktemp("turn")) as port:
        yield port


def test_a_take_may_relay_to_the_public_internet(port):
    client = Client(port, *account())
    assert client.allocate() == OK
    assert client.permission("9.9.9.9") == OK
    assert client.channel("9.9.9.9") == OK


def test_nothing_special_is_relayed_to(port):
    client = Client(port, *account())
    assert client.allocate() == OK
    for host in SPECIAL:
        assert (host, client.permission(host), client.channel(host)) == (host, FORBIDDEN, FORBIDDEN)


def test_nothing_special_is_relayed_to_by_ipv6(port):
    if len(_own_addresses()) < 2:
        pytest.skip("this machine has no IPv6 address")
    client = Client(port, *account())
    assert client.allocate(family=2) == OK
    assert client.permission("2606:4700::1") == OK
    for host in SPECIAL_V6:
        assert (host, client.permission(host), client.channel(host)) == (host, FORBIDDEN, FORBIDDEN)


def test_tcp_is_not_relayed(port):
    assert Client(port, *account()).allocate(TCP) not in (OK, UNAUTHORIZED)


def test_an_account_ends_with_its_take_and_needs_the_secret(port):
    assert Client(port, *account(timedelta(seconds=-1))).allocate() == UNAUTHORIZED
    assert Client(port, *account(secret="guessed" * 8)).allocate() == UNAUTHORIZED
    name, password = account()
    later = f"{int(time.time()) + 9999999}:{name.partition(':')[2]}"
    assert Client(port, later, password).allocate() == UNAUTHORIZED
    assert Client(port, "", "").allocate() == UNAUTHORIZED


def test_a_recorder_inside_may_be_named(tmp_path):
    with coturn(tmp_path, VIGNET_TURN_PEERS="10.1.2.3,10.1.2.4") as port:
        client = Client(port, *account())
        assert client.allocate() == OK
        assert [client.permission(f"10.1.2.{last}") for last in (3, 4, 5)] == [OK, OK, FORBIDDEN]


@pytest.mark.parametrize(
    ("conf", "secret"),
    [(None, SECRET), ("", SECRET), ("realm=vignet\n", SECRET), (CONF.read_text(), ""), (CONF.read_text(), "short")],
    ids=["no configuration", "an empty one", "one without accounts", "no secret", "a short secret"],
)
def test_a_turn_server_without_its_configuration_does_not_start(tmp_path, conf, secret):
    place, kept = tmp_path / "turnserver.conf", tmp_path / "secret"
    kept.write_text(secret)
    if conf is not None:
        place.write_text(conf)
    env = {**os.environ, "VIGNET_TURN_CONF": str(place), "VIGNET_TURN_SECRET_FILE": str(kept)}
    done = subprocess.run([START, "--listening-ip=127.0.0.1"], env=env, capture_output=True, text=True, timeout=10)
    assert done.returncode == 78
    assert done.stderr.startswith("turn: ")
    assert done.stdout == ""
