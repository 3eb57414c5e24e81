"""Who sends or reads a byte at a time holds up nobody else: a real edge, a real gunicorn, a real recorder."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit

import pytest
import requests
from support.exam_site import open_for_visitors
from support.visitors import token_in

pytestmark = [pytest.mark.one_database, pytest.mark.real_time]

MANY = 500
ELSEWHERE = "127.0.0.2"
"""The address that the slow ones come from."""
LONGEST_S = 45
FORM = "POST /inloggen HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n"
SLICE = (
    "PUT /recorder/slices/0b0f/1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
    "Content-Length: 60000\r\n\r\n"
)
HEADERS = "GET /inloggen HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
OBSERVED_S, PACE_S = 12, 0.25
"""For how long pages are asked for, and how long after one comes the next."""
LARGE = "/static/vendor/atkinson-hyperlegible-next/atkinson-hyperlegible-next-latin-wght-normal.woff2"


@dataclass
class Slow:
    """So many connections that say `first`, and then one byte each second."""

    first: str
    number: int
    port: int
    answers: list[bytes] = field(default_factory=list)
    held_s: list[float] = field(default_factory=list)
    begun: int = 0

    async def run(self) -> None:
        await asyncio.gather(*(self._one() for _ in range(self.number)))

    async def _one(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(ELSEWHERE, 0))
        began, answer = time.monotonic(), asyncio.ensure_future(reader.read())
        with contextlib.suppress(OSError):
            writer.write(self.first.encode())
            self.begun += 1
            while not answer.done():
                writer.write(b"x")
                await writer.drain()
                await asyncio.wait([answer], timeout=1)
        self.held_s.append(time.monotonic() - began)
        with contextlib.suppress(OSError):
            self.answers.append(await answer)
        writer.close()


@contextlib.contextmanager
def going_on(*slow: "Slow | SlowReader") -> Iterator[threading.Thread]:
    """They drip in a thread of their own; afterwards all must have been sent away."""

    async def all_of_them() -> None:
        await asyncio.gather(*(each.run() for each in slow))

    thread = threading.Thread(target=asyncio.run, args=(all_of_them(),), daemon=True)
    thread.start()
    yield thread
    thread.join(LONGEST_S)
    assert not thread.is_alive(), "some are still there"


@pytest.fixture
def port(object_store, installation, people, session, tmp_path) -> Iterator[int]:
    session.close()
    with open_for_visitors(installation, tmp_path) as site:
        port = urlsplit(site).port
        logs_in(port)  # the first page of a process that has just begun costs more than a second
        yield port


def logs_in(port: int) -> float:
    """Seconds that somebody at another address takes to open the page and to send the form."""
    began, browser = time.monotonic(), requests.Session()
    page = browser.get(f"http://127.0.0.1:{port}/inloggen", timeout=20)
    form = {
        "csrf_token": token_in(page.text),
        "email": "niemand@voorbeeld.example",
        "password": "een gok die niet klopt",
    }
    assert browser.post(f"http://127.0.0.1:{port}/inloggen", data=form, timeout=20).status_code in (422, 429)
    return time.monotonic() - began


def page_of(port: int) -> float:
    began = time.monotonic()
    assert requests.get(f"http://127.0.0.1:{port}/inloggen", timeout=20).status_code == 200
    return time.monotonic() - began


def observed(port: int, thread: threading.Thread) -> list[float]:
    """How long a page took, asked again and again for a while."""
    took, until = [], time.monotonic() + OBSERVED_S
    while time.monotonic() < until and thread.is_alive():
        took.append(page_of(port))
        thread.join(PACE_S)
    return took


def all_begun(slow: "Slow | SlowReader") -> None:
    """Wait until so many connections have said or read their first, or as long as they may go on."""
    until = time.monotonic() + LONGEST_S
    while slow.begun < slow.number:
        assert time.monotonic() < until, f"only {slow.begun} of {slow.number} have begun"
        page_of(slow.port)


def test_five_hundred_that_drip_a_body_stop_nobody_and_one_address_may_do_so_much(port, record_property):
    slow = Slow(FORM, MANY, port)
    with going_on(slow) as thread:
        all_begun(slow)
        form_s = logs_in(port)
        took = observed(port, thread)
    record_property("slowest_page_s", max(took))
    print(f"{len(took)} pages, the slowest in {max(took):.3f} s, a form in {form_s:.3f} s")
    assert len(took) > 10
    assert max(took) < 1
    assert form_s < 5
    told = [answer.split(b"\r\n")[0] for answer in slow.answers]
    assert sum(b" 429 " in line for line in told) > 0, "one address may begin 300 in ten seconds"
    assert median(slow.held_s) < 36, "half a minute for a body; one whose line is slow from the start begins later"


@dataclass
class SlowReader:
    """So many connections that ask for something large and read one byte of it each second."""

    path: str
    number: int
    port: int
    begun: int = 0

    async def run(self) -> None:
        await asyncio.gather(*(self._one() for _ in range(self.number)))

    async def _one(self) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as line:
            # As little as the system allows lies in between, so that the edge cannot be rid of it.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
            line.setblocking(False)
            line.bind((ELSEWHERE, 0))
            await loop.sock_connect(line, ("127.0.0.1", self.port))
            await loop.sock_sendall(line, f"GET {self.path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            with contextlib.suppress(OSError):
                for _ in range(OBSERVED_S + 4):
                    self.begun += bool(await loop.sock_recv(line, 1))
                    await asyncio.sleep(1)


@pytest.mark.parametrize("path", ["/inloggen", LARGE], ids=["page", "file"])
def test_five_hundred_that_read_a_byte_a_second_stop_nobody(port, path, record_property):
    """The edge takes each answer from the web app at once; who reads slowly holds up the edge alone."""
    assert requests.get(f"http://127.0.0.1:{port}{path}", timeout=20).status_code == 200
    slow = SlowReader(path, MANY, port)
    with going_on(slow) as thread:
        all_begun(slow)
        form_s = logs_in(port)
        took = observed(port, thread)
    record_property("slowest_page_s", max(took))
    print(f"{len(took)} pages, the slowest in {max(took):.3f} s, a form in {form_s:.3f} s")
    assert slow.begun > MANY * 5, "they were really reading"
    assert len(took) > 10
    assert max(took) < 1
    assert form_s < 5


@pytest.mark.parametrize("first", [HEADERS, SLICE], ids=["headers", "slices"])
def test_five_hundred_that_drip_elsewhere_stop_nobody(port, first):
    slow = Slow(first, MANY, port)
    with going_on(slow) as thread:
        took = observed(port, thread)
        took.append(page_of(port))
    assert max(took) < 1
    assert median(slow.held_s) < 36, "half a minute for a body; one whose line is slow from the start begins later"
