"""What becomes of slices between the page and the recorder, and what somebody sends who means no good."""

import base64
import hashlib
import http.client
import shutil
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from faults.scene import BREAK_S, TALK_S, Scene
from faults.table import Bar, Row
from playwright.sync_api import Route
from support.candidate import SLICE

GIB = 1024**3
MOST_SENT = 64 * 1024 * 1024
"""More than this may no part take in of something that is too large; pipes between here and there hold some."""
QUIET_S = 600
"""How long the recorder waits for slices that do not come (`recorder.http.completion`)."""


def on_the_way(scene: Scene, meet: Callable[[Route, int], None]) -> None:
    """A whole answer, each slice of which is met on the way."""

    def handle(route: Route) -> None:
        found = SLICE.search(route.request.url)
        if found and route.request.method == "PUT":
            meet(route, int(found[1]))
        else:
            route.continue_()

    scene.candidate.page.route("**/recorder/slices/**", handle)
    scene.answer()


def twice(scene: Scene) -> None:
    """Every slice comes twice."""
    told = []

    def meet(route: Route, number: int) -> None:
        told.append(route.fetch().status)
        route.continue_()

    on_the_way(scene, meet)
    scene.check(set(told) == {201}, f"the first of each was answered {set(told)}")


def out_of_order(scene: Scene) -> None:
    """Slices 2 to 5 are held up, and delivered after the sixth, the last one first."""
    held: list[tuple[str, dict, bytes]] = []

    def meet(route: Route, number: int) -> None:
        request = route.request
        if 2 <= number <= 5:
            data = request.post_data_buffer
            held.append((request.url, request.headers, data))
            told = {"number": number, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            return route.fulfill(status=201, json=told)
        if held and number > 5:
            for address, headers, data in reversed(held):
                answer = scene.candidate.context.request.put(address, headers=headers, data=data)
                scene.check(answer.status == 201, f"a late slice was answered {answer.status}")
            held.clear()
        route.continue_()

    on_the_way(scene, meet)


def corrupted(scene: Scene) -> None:
    """Every third slice arrives with a flipped bit at first."""
    spoiled: dict[int, int] = {}

    def meet(route: Route, number: int) -> None:
        if number % 3 or number in spoiled:
            return route.continue_()
        data = bytearray(route.request.post_data_buffer)
        data[len(data) // 2] ^= 1
        answer = route.fetch(post_data=bytes(data))
        spoiled[number] = answer.status
        route.fulfill(response=answer)

    on_the_way(scene, meet)
    scene.check(set(spoiled.values()) == {422}, f"a spoiled slice was answered {set(spoiled.values())}")


def missing(scene: Scene) -> None:
    """A slice is lost by somebody who said that he has it, and the browser that has it too is gone."""

    def meet(route: Route, number: int) -> None:
        if number != 4:
            return route.continue_()
        data = route.request.post_data_buffer
        route.fulfill(status=201, json={"number": 4, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})

    on_the_way(scene, meet)
    scene.candidate.kill()
    shutil.rmtree(scene.candidate.folder / "profile")
    del scene.witness.acknowledged[scene.witness.tickets[-1].recording][4]


def stranger(scene: Scene) -> None:
    """Somebody sends a slice under a ticket of another recording, of another person, and of nobody."""
    if not scene.witness.tickets:
        scene.answer()
    theirs = scene.witness.tickets[-1]
    scene.begin().talk(BREAK_S)
    mine = scene.witness.tickets[-1]
    for bearer in (theirs.bearer, "Bearer " + "x" * 43):
        data = b"not mine"
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {"Authorization": bearer, "Content-Digest": f"sha-256=:{digest}:"}
        address = mine.address.rpartition("/")[0] + "/30"
        status = scene.candidate.context.request.put(address, headers=headers, data=data).status
        scene.check(status == 404, f"a stranger's slice was answered {status}")
    scene.talk(TALK_S - BREAK_S).end()


def huge(scene: Scene) -> None:
    """Ten gigabytes come as one slice: announced, and without a word of their size; to the edge and to the recorder."""
    scene.begin().talk(BREAK_S)
    ticket = scene.witness.tickets[-1]
    path = urlsplit(ticket.address).path.rpartition("/")[0] + "/20"
    edge = urlsplit(scene.product.origin).port
    before = spooled(scene)
    for port in (edge, edge + 2):
        for announced in (True, False):
            sent, status, seconds = pour(port, path, ticket.bearer, announced)
            how = f"port +{port - edge}, {'announced' if announced else 'streamed'}"
            scene.more[how] = {"sent": sent, "status": status, "seconds": round(seconds, 2)}
            scene.check(sent < MOST_SENT, f"{sent} bytes were taken ({how})")
            scene.check(status in (0, 400, 413), f"answered {status} ({how})")
    scene.talk(TALK_S - BREAK_S)
    grown = spooled(scene) - before
    scene.check(grown < TALK_S * 2_000_000, f"the spool grew by {grown} bytes")
    scene.end()


def spooled(scene: Scene) -> int:
    return sum(path.stat().st_size for path in (scene.product.data / "spool").rglob("*") if path.is_file())


def pour(port: int, path: str, bearer: str, announced: bool) -> tuple[int, int, float]:
    """Send ten gigabytes until somebody says no: bytes that were taken, status (0: hung up), seconds."""
    length = f"Content-Length: {10 * GIB}" if announced else "Transfer-Encoding: chunked"
    digest = base64.b64encode(bytes(32)).decode()
    head = f"PUT {path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: {bearer}\r\n"
    head += f"Content-Digest: sha-256=:{digest}:\r\n{length}\r\n\r\n"
    block = bytes(256 * 1024)
    piece = block if announced else f"{len(block):x}\r\n".encode() + block + b"\r\n"
    began, sent = time.monotonic(), 0
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.settimeout(5)
        try:
            line.sendall(head.encode())
            while sent < 10 * GIB:
                line.setblocking(False)
                try:
                    if line.recv(1, socket.MSG_PEEK) is not None:
                        break
                except BlockingIOError:
                    pass
                line.settimeout(5)
                line.sendall(piece)
                sent += len(block)
        except OSError:
            pass
        line.settimeout(5)
        try:
            answer = http.client.HTTPResponse(line)
            answer.begin()
            status = answer.status
        except (OSError, http.client.HTTPException):
            status = 0
    return sent, status, time.monotonic() - began


LATE = Bar(safe_s=QUIET_S + 60)
ROWS = [
    Row("slices-twice", "every slice comes twice", twice),
    Row("slices-late", "four slices come after the next, the last one first", out_of_order),
    Row("slices-corrupted", "every third slice is spoiled on the way", corrupted),
    Row(
        "slices-missing",
        "a slice is lost, and so is the browser that had it",
        missing,
        Bar(safe_s=QUIET_S + 60),
        late=True,
    ),
    Row("slices-stranger", "slices under somebody else's ticket", stranger),
    Row("slices-huge", "a slice of 10 GB, announced and streamed", huge),
]
