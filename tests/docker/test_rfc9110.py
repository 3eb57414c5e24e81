"""The edge, the web app and the store behind them, held against RFC 9110 (HTTP) case by case.

What is asked goes over a bare socket, so that no client mends it on the way. `FILM` is sealed, and decrypted by the web
app; `CLIP` comes out of the store through the edge; `PAGE` is made by the web app.
"""

import contextlib
import http.client
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from support import rights, sealed
from support.exam_site import open_for_visitors
from support.visitors import Visitor

from storage.base.config import config
from storage.base.objects import sha256_of
from storage.exam.recordings import Recording, RenditionKind
from webapp import create_app

pytestmark = pytest.mark.one_database

SIZE = 200_000
CONTENT = os.urandom(SIZE)
TAG = '"{tag}"'
LATER = "Fri, 01 Jan 2100 00:00:00 GMT"
LONG_AGO = "Mon, 01 Jan 2001 00:00:00 GMT"
WHOLE, NOTHING = slice(0, SIZE), slice(0, 0)
PAGE, FORM = "/inloggen", "application/x-www-form-urlencoded"
UNKNOWN = (405, 501)


@dataclass
class Row:
    """What is asked, and what may come back. Of the headers, None says that one must not be there, "" that one must."""

    what: str
    path: str
    status: int | tuple[int, ...]
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: slice | None = None
    told: dict[str, str | None] = field(default_factory=dict)


def part(first: int, last: int) -> dict[str, str]:
    return {"Content-Range": f"bytes {first}-{last}/{SIZE}", "Content-Length": str(last + 1 - first)}


NO_PART = {"Content-Range": f"bytes */{SIZE}"}
IS_WHOLE = {"Content-Range": None, "Content-Length": str(SIZE)}
RANGES = [
    ("the whole says that it has ranges", {}, 200, WHOLE, {"Accept-Ranges": "bytes", **IS_WHOLE}),
    ("one byte", {"Range": "bytes=0-0"}, 206, slice(0, 1), part(0, 0)),
    ("a part of the middle", {"Range": "bytes=65535-65536"}, 206, slice(65_535, 65_537), part(65_535, 65_536)),
    ("all from here on", {"Range": "bytes=199000-"}, 206, slice(199_000, SIZE), part(199_000, SIZE - 1)),
    ("an end beyond the end", {"Range": "bytes=199990-999999"}, 206, slice(199_990, SIZE), part(199_990, SIZE - 1)),
    ("the last bytes", {"Range": "bytes=-500"}, 206, slice(SIZE - 500, SIZE), part(SIZE - 500, SIZE - 1)),
    ("more last bytes than there are", {"Range": "bytes=-999999"}, 206, WHOLE, part(0, SIZE - 1)),
    ("the last no bytes", {"Range": "bytes=-0"}, 416, NOTHING, NO_PART),
    ("just beyond the end", {"Range": f"bytes={SIZE}-"}, 416, NOTHING, NO_PART),
    ("a number of eighty digits", {"Range": f"bytes={'9' * 80}-"}, 416, NOTHING, NO_PART),
    ("an end before the beginning", {"Range": "bytes=5-2"}, 200, WHOLE, IS_WHOLE),
    ("another unit", {"Range": "pages=1-2"}, 200, WHOLE, IS_WHOLE),
    ("no range at all", {"Range": "nonsense"}, 200, WHOLE, IS_WHOLE),
    ("a unit in capitals", {"Range": "Bytes=0-1"}, 206, slice(0, 2), part(0, 1)),
    ("two parts", {"Range": "bytes=0-1,5-6"}, 200, WHOLE, IS_WHOLE),
    ("two that overlap", {"Range": "bytes=0-10,5-15"}, 200, WHOLE, IS_WHOLE),
    ("a part if it is still this one", {"Range": "bytes=0-9", "If-Range": TAG}, 206, slice(0, 10), part(0, 9)),
    ("a part if it is another one", {"Range": "bytes=0-9", "If-Range": '"other"'}, 200, WHOLE, IS_WHOLE),
    ("a part by a weak tag", {"Range": "bytes=0-9", "If-Range": f"W/{TAG}"}, 200, WHOLE, IS_WHOLE),
    ("a part by a date", {"Range": "bytes=0-9", "If-Range": LATER}, 200, WHOLE, IS_WHOLE),
    ("beyond the end of another one", {"Range": f"bytes={SIZE}-", "If-Range": '"other"'}, 200, WHOLE, IS_WHOLE),
]
KEPT = {"ETag": TAG, "Cache-Control": "private, no-store", "Content-Range": None}
CONDITIONS = [
    ("none but this one", {"If-None-Match": TAG}, 304, NOTHING, KEPT),
    ("none but this one, weakly", {"If-None-Match": f"W/{TAG}"}, 304, NOTHING, KEPT),
    ("none of a list with this one", {"If-None-Match": f'"other", {TAG}'}, 304, NOTHING, KEPT),
    ("none at all", {"If-None-Match": "*"}, 304, NOTHING, KEPT),
    ("none but another", {"If-None-Match": '"other"'}, 200, WHOLE, IS_WHOLE),
    ("a tag goes before a date", {"If-None-Match": '"other"', "If-Modified-Since": LATER}, 200, WHOLE, IS_WHOLE),
    ("a date, where there is none", {"If-Modified-Since": LATER}, 200, WHOLE, IS_WHOLE),
    ("no change since, where there is no date", {"If-Unmodified-Since": LONG_AGO}, 200, WHOLE, IS_WHOLE),
    ("this one", {"If-Match": TAG}, 200, WHOLE, IS_WHOLE),
    ("another", {"If-Match": '"other"'}, 412, None, {}),
    ("this one, weakly", {"If-Match": f"W/{TAG}"}, 412, None, {}),
    ("any", {"If-Match": "*"}, 200, WHOLE, IS_WHOLE),
    ("this one and a part", {"If-Match": TAG, "Range": "bytes=0-1"}, 206, slice(0, 2), part(0, 1)),
    ("a condition goes before a part", {"If-None-Match": TAG, "Range": f"bytes={SIZE}-"}, 304, NOTHING, KEPT),
    ("another and a part", {"If-Match": '"other"', "Range": "bytes=0-1"}, 412, None, {}),
]
METHODS = [
    Row("HEAD has the headers of GET", "{film}", 200, method="HEAD", told={"Accept-Ranges": "bytes", **IS_WHOLE}),
    Row("HEAD knows no ranges", "{film}", 200, {"Range": "bytes=0-1"}, "HEAD", told=IS_WHOLE),
    Row("HEAD of a clip", "{clip}", 200, method="HEAD", told=IS_WHOLE),
    Row("HEAD of a clip knows no ranges", "{clip}", 200, {"Range": "bytes=0-1"}, "HEAD", told=IS_WHOLE),
    Row("HEAD on a condition", "{film}", 304, {"If-None-Match": TAG}, "HEAD", told=KEPT),
    Row("what may be done is told", PAGE, (200, 204), method="OPTIONS", told={"Allow": "GET, HEAD, OPTIONS, POST"}),
    *(
        Row(f"{method} is not for a film", "{film}", 405, method=method, told={"Allow": "GET, HEAD, OPTIONS"})
        for method in ("POST", "PUT", "DELETE", "PATCH")
    ),
    Row("TRACE echoes nothing", PAGE, UNKNOWN, {"X-Secret": "s"}, "TRACE", told={"Allow": ""}),
    Row("a method that nobody knows", PAGE, UNKNOWN, method="BREW"),
    Row("a method in small letters is another", PAGE, (400, *UNKNOWN), method="get"),
    Row("a recorder tells what may be done", "/recorder/whip/none", 405, method="GET", told={"Allow": ""}),
]
CODINGS = [
    Row(
        "gzip where it is liked", PAGE, 200, {"Accept-Encoding": "gzip"}, told={"Content-Encoding": "gzip", "Vary": ""}
    ),
    Row("gzip liked with nothing", PAGE, 200, {"Accept-Encoding": "gzip;q=0"}, told={"Content-Encoding": None}),
    Row("a coding that is not known", PAGE, 200, {"Accept-Encoding": "br"}, told={"Content-Encoding": None}),
    Row("a film travels as it is", "{film}", 200, {"Accept-Encoding": "gzip, zstd"}, told={"Content-Encoding": None}),
    Row(
        "a part of a text travels as it is",
        "{index}",
        206,
        {"Accept-Encoding": "gzip", "Range": "bytes=0-1999"},
        told={"Content-Encoding": None, "Content-Length": "2000"},
    ),
    Row("a body in a coding", PAGE, 415, {"Content-Encoding": "gzip", "Content-Length": "3"}, "POST"),
]
BODY = [
    ("no length", "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", (411,)),
    ("a length and pieces", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", (400, 411)),
    ("a coding of transfer that nobody knows", "Transfer-Encoding: pigeon\r\n\r\nx", (400, 411, 501)),
    ("a length in letters", "Content-Length: abc\r\n\r\n", (400,)),
    ("a length below nothing", "Content-Length: -1\r\n\r\n", (400,)),
    ("a length with a sign", "Content-Length: +1\r\n\r\nx", (400,)),
    ("two lengths that differ", "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx", (400,)),
    ("a length of thirty digits", f"Content-Length: {'9' * 30}\r\n\r\n", (400, 413)),
    ("too much for a stranger", "Content-Length: 70000\r\n\r\n", (413,)),
    ("an expectation that nobody knows", "Expect: a miracle\r\nContent-Length: 1\r\n\r\nx", (417,)),
]
LINES = [
    ("an address with the site in it", "GET http://127.0.0.1:{port}/inloggen HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200),
    ("an old browser", "GET /inloggen HTTP/1.0\r\n\r\n", 200),
    ("no host", "GET /inloggen HTTP/1.1\r\n\r\n", 400),
    ("two hosts", "GET /inloggen HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n", 400),
    ("no address", "GET inloggen HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("a version to come", "GET /inloggen HTTP/7.0\r\nHost: 127.0.0.1\r\n\r\n", 505),
    ("no version", "GET /inloggen nonsense\r\nHost: 127.0.0.1\r\n\r\n", 400),
    ("a header with a space before its colon", "GET /inloggen HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n", 400),
    ("headers too large", "GET /inloggen HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Much: {much}\r\n\r\n", 431),
    ("the server itself", "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (200, 204, 400, 404)),
]


@dataclass
class Site:
    port: int
    cookie: str
    names: dict[str, str]

    def ask(self, row: Row) -> http.client.HTTPResponse:
        path = row.path.format(**self.names)
        headers = {"Host": f"127.0.0.1:{self.port}", "Connection": "close"}
        # Whoever is logged in is sent on from the page to log in.
        headers |= {"Cookie": self.cookie} if row.path != PAGE else {}
        headers |= {name: value.format(**self.names) for name, value in row.headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return self.raw(f"{row.method} {path} HTTP/1.1\r\n{lines}\r\n", row.method)

    def raw(self, text: str, method: str = "GET") -> http.client.HTTPResponse:
        with socket.create_connection(("127.0.0.1", self.port), timeout=200) as connection:
            # What is refused early is answered while much of it is still on its way.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(text.encode())
            answer = http.client.HTTPResponse(connection, method=method)
            answer.begin()
            answer.content = answer.read()
            return answer


@pytest.fixture
def site(object_store, installation, session, people, tmp_path) -> Iterator[Site]:
    world = rights.world(session, people, datetime.now(UTC))
    session.commit()
    recording, clip = world.things["recording"], world.things["clip"]
    film = tmp_path / "film"
    film.write_bytes(CONTENT)
    object_store.put_file(clip.video_key, film, "video/mp4")
    row = session.get(Recording, recording.id).rendition(RenditionKind.VIDEO)
    sealed.put(row.key, film, recording.id)
    row.size, row.sha256, row.sealed_under = SIZE, sha256_of(film), recording.id
    film.write_bytes(b"WEBVTT\n\n" + b"00:01.000 --> 00:02.000\n" * 500)
    index = f"{row.key}.vtt"
    sealed.put(index, film, recording.id)
    row.recording.renditions.append(
        type(row)(
            kind=RenditionKind.THUMBNAILS_INDEX,
            key=index,
            content_type="text/vtt",
            size=film.stat().st_size,
            sha256=sha256_of(film),
            sealed_under=recording.id,
        )
    )
    session.commit()
    app = create_app(config())
    cookie = app.config["SESSION_COOKIE_NAME"]
    value = Visitor(app, session.merge(world.people["assessor_1"])).client.get_cookie(cookie).value
    names = {"film": f"/media/{recording.id}", "clip": f"/media/clip/{clip.id}", "tag": row.sha256}
    names["index"] = f"{names['film']}/{RenditionKind.THUMBNAILS_INDEX}"
    session.close()
    with open_for_visitors(config(), tmp_path) as address:
        made = Site(urlsplit(address).port, f"{cookie}={value}", names)
        made.ask(Row("the first page costs a process more than a second", PAGE, 200))
        yield made


def what_is_answered_is_what_http_says(site, subtests):
    rows = [
        Row(f"{what}, of a film", "{film}", status, asked, body=body, told=told)
        for what, asked, status, body, told in (*RANGES, *CONDITIONS)
    ]
    for row in (*rows, *METHODS, *CODINGS):
        with subtests.test(row.what):
            answer = site.ask(row)
            allowed = row.status if isinstance(row.status, tuple) else (row.status,)
            assert answer.status in allowed, answer.headers
            for name, value in row.told.items():
                found = answer.headers[name]
                if name == "Allow":
                    found = ", ".join(sorted(found.split(", ")))
                assert found == (value.format(**site.names) if value else found), name
                assert (found is None) == (value is None), name
            if row.body is not None:
                assert answer.content == CONTENT[row.body]
            if row.method == "TRACE":
                assert b"X-Secret" not in answer.content


def a_clip_out_of_the_store_is_answered_as_http_says(site, subtests):
    """Its tag is the store's. A clip never changes at its address, so no tag of another one is asked of a store here.

    Swift does not say how long a clip is of which it has no such part, as it should.
    """
    tag = site.ask(Row("", "{clip}", 200)).headers["ETag"].strip('"')
    site.names["tag"] = tag
    for what, asked, status, body, told in RANGES:
        if asked.get("If-Range") == '"other"':
            continue
        with subtests.test(f"{what}, of a clip"):
            answer = site.ask(Row(what, "{clip}", status, asked))
            assert answer.status == status, answer.headers
            assert answer.content == CONTENT[body]
            found = answer.headers["Content-Range"]
            assert found == told["Content-Range"] or (status == 416 and found is None)


def what_cannot_be_read_is_refused_before_it_costs_anything(site, subtests):
    for what, rest, statuses in BODY:
        with subtests.test(what):
            head = f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\nConnection: close\r\n"
            assert site.raw(head + rest, "POST").status in statuses
    for what, text, status in LINES:
        with subtests.test(what):
            answer = site.raw(text.format(port=site.port, much="x" * 80_000))
            assert answer.status in (status if isinstance(status, tuple) else (status,))


def what_may_be_sent_is_asked_for_and_what_may_not_is_refused_before_it_comes(site, subtests):
    """100-continue: who waits for a word before sending the body gets one."""
    head = f"POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {FORM}\r\nExpect: 100-continue\r\n"
    for length, said in ((5, b"HTTP/1.1 100 "), (70_000, b"HTTP/1.1 413 ")):
        with (
            subtests.test(f"a body of {length} bytes that waits for a word"),
            socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection,
        ):
            connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
            answer = b""
            while said not in answer:
                piece = connection.recv(4096)
                assert piece, answer
                answer += piece


def head_tells_what_get_tells(site, subtests):
    counted = {"Content-Length", "Date", "Transfer-Encoding", "Content-Encoding", "Set-Cookie", "X-Request-Id"}
    for path in (PAGE, "{film}", "{clip}", "{index}", "/static/css/tokens.css", "/healthz"):
        with subtests.test(path):
            get, head = (site.ask(Row("", path, 200, method=method)) for method in ("GET", "HEAD"))
            assert (head.status, head.content) == (get.status, b"")
            assert {name: value for name, value in head.headers.items() if name not in counted} == {
                name: value for name, value in get.headers.items() if name not in counted
            }


def test_edge_web_app_and_store_answer_as_http_says(site, subtests):
    """One site for all of them: it takes longer to start than to ask."""
    what_is_answered_is_what_http_says(site, subtests)
    head_tells_what_get_tells(site, subtests)
    what_cannot_be_read_is_refused_before_it_costs_anything(site, subtests)
    what_may_be_sent_is_asked_for_and_what_may_not_is_refused_before_it_comes(site, subtests)
    a_clip_out_of_the_store_is_answered_as_http_says(site, subtests)
