"""The edge: one origin, recordings streamed from the object store, and nothing of what is behind it shown."""

import base64
import contextlib
import gzip
import hashlib
import os
import re
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import requests
from machine import Machine
from support import services

from storage.base.config import read
from storage.base.objects import ObjectStore

PICTURE = os.urandom(300_000)
KEY = "recordings/one/video.mp4"


class Silent(WSGIRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def answering(port: int, app: Callable) -> Iterator[None]:
    """A small web server in place of the web app or the recorder."""
    with make_server("127.0.0.1", port, app, handler_class=Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


SLOW = 600_000
"""Bytes of a file that takes longer than the half minute at twelve thousand a second."""


@pytest.fixture
def lengths() -> list[str | None]:
    """How long the bodies will be, as the edge told the web app."""
    return []


@pytest.fixture
def edge(object_store, installation, tmp_path, lengths) -> Iterator[str]:
    """The address of the edge. Behind it a web app that sends everybody to the object store, or says a long text."""
    video = tmp_path / "video"
    video.write_bytes(PICTURE)
    object_store.put_file(KEY, video, "application/octet-stream")
    first = services.free_ports(3)

    def web(environ, start):
        if environ["PATH_INFO"] == "/rand/zenden":
            lengths.append(environ.get("HTTP_X_VIGNET_LENGTH"))
            start("204 No Content", [("X-Vignet-Known", "1")] if environ.get("HTTP_COOKIE") else [])
            return []
        if environ["PATH_INFO"].startswith("/media/"):
            method = "head_object" if environ["REQUEST_METHOD"] == "HEAD" else "get_object"
            key = KEY if environ["PATH_INFO"] == "/media/one" else "recordings/none"
            signed = object_store.inner_address(key, "video/mp4", method)
            headers = {
                "X-Accel-Redirect": signed.path,
                "X-Accel-Host": signed.host,
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
                "Content-Type": "video/mp4",
                "Server": "web/1",
            }
            start("200 OK", list(headers.items()))
            return []
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [f"web {environ['PATH_INFO']} {environ.get('HTTP_X_VIGNET_KNOWN')} ".encode() * 500]

    def recorder(environ, start):
        start("201 Created", [("Location", "/recorder/whip/one/two")])
        return [environ["PATH_INFO"].encode()]

    with (
        answering(first + 1, web),
        answering(first + 2, recorder),
        caddy(first, os.environ["VIGNET_S3_ENDPOINT"], tmp_path) as address,
    ):
        yield address


@contextlib.contextmanager
def caddy(first: int, store: str, folder: Path, site: str = "") -> Iterator[str]:
    """The edge on port `first`; the web app and the recorder are expected on the next two."""
    env = {
        **os.environ,
        "VIGNET_DATA": str(folder),
        "VIGNET_SITE": site or f"http://:{first}",
        "VIGNET_WEB_LISTEN": f"127.0.0.1:{first + 1}",
        "VIGNET_RECORDER_LISTEN": f"127.0.0.1:{first + 2}",
        "VIGNET_S3_ENDPOINT": store,
    }
    command = [services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", "docker/edge/Caddyfile"]
    with services.running(command, [first], folder / "caddy.log", env):
        yield f"http://127.0.0.1:{first}"


pytestmark = pytest.mark.one_database


def test_a_recording_is_streamed_with_range(edge):
    whole = requests.get(f"{edge}/media/one", timeout=20)
    assert (whole.status_code, whole.content) == (200, PICTURE)
    part = requests.get(f"{edge}/media/one", headers={"Range": "bytes=1000-1999"}, timeout=20)
    assert (part.status_code, part.content) == (206, PICTURE[1000:2000])
    assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(PICTURE)}"
    beyond = requests.get(f"{edge}/media/one", headers={"Range": "bytes=900000-"}, timeout=20)
    assert beyond.status_code == 416


@pytest.mark.parametrize("name", services.STORES)
def test_parts_out_of_any_store_are_as_http_says_and_tell_nothing_of_it(request, name, tmp_path):
    """Stores differ most in what they say of a part that is not there: an address, a key, a text of their own."""
    endpoint = request.getfixturevalue(name)
    keys = {"VIGNET_S3_ACCESS_KEY": services.ACCESS_KEY, "VIGNET_S3_SECRET_KEY": services.SECRET_KEY}
    store = ObjectStore(read({"VIGNET_S3_ENDPOINT": endpoint, "VIGNET_S3_BUCKET": "edge", **keys}))
    store.prepare()
    (tmp_path / "video").write_bytes(PICTURE)
    store.put_file(KEY, tmp_path / "video", "video/mp4")
    first = services.free_ports(3)

    def web(environ, start):
        method = "head_object" if environ["REQUEST_METHOD"] == "HEAD" else "get_object"
        signed = store.inner_address(KEY, "video/mp4", method)
        start("200 OK", [("X-Accel-Redirect", signed.path), ("X-Accel-Host", signed.host)])
        return []

    with answering(first + 1, web), caddy(first, endpoint, tmp_path) as edge:
        url = f"{edge}/media/one"
        part = requests.get(url, headers={"Range": "bytes=1000-1999"}, timeout=20)
        assert (part.status_code, part.content) == (206, PICTURE[1000:2000])
        assert part.headers["Content-Range"] == f"bytes 1000-1999/{len(PICTURE)}"
        last = requests.get(url, headers={"Range": "bytes=-10"}, timeout=20)
        assert (last.status_code, last.content) == (206, PICTURE[-10:])
        head = requests.head(url, headers={"Range": "bytes=0-9"}, timeout=20)
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(PICTURE)))
        beyond = requests.get(url, headers={"Range": "bytes=900000-"}, timeout=20)
        assert (beyond.status_code, beyond.content) == (416, b"")
        assert beyond.headers.get("Content-Range", f"bytes */{len(PICTURE)}") == f"bytes */{len(PICTURE)}"
        for answer in (part, last, head, beyond):
            assert not [
                one for one in answer.headers if one.lower().startswith(("x-amz", "x-rgw", "x-trans", "server"))
            ]


def test_a_player_may_ask_for_the_length_alone(edge):
    head = requests.head(f"{edge}/media/one", timeout=20)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(len(PICTURE)))


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-9"}])
def test_the_headers_of_the_web_app_hold_and_those_of_the_store_stay_inside(edge, headers):
    answer = requests.get(f"{edge}/media/one", headers={**headers, "Cookie": "vignet=secret"}, timeout=20)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "video/mp4"
    allowed = {"cache-control", "x-content-type-options", "content-type", "content-length", "content-range"}
    allowed |= {"accept-ranges", "date", "etag", "referrer-policy", "content-security-policy"}
    assert {name.lower() for name in answer.headers} <= allowed


@pytest.mark.parametrize("authorization", ["Basic dXNlcjpwdw==", "Bearer token"])
def test_what_the_browser_says_about_itself_does_not_spoil_the_signature(edge, authorization):
    headers = {"Authorization": authorization, "X-Amz-Date": "20200101T000000Z", "X-Auth-Token": "x"}
    assert requests.get(f"{edge}/media/one", headers=headers, timeout=20).content == PICTURE


@pytest.mark.parametrize(
    "endpoint, host",
    [
        ("https://s3.voorbeeld.example", "s3.voorbeeld.example"),
        ("https://s3.voorbeeld.example:443", "s3.voorbeeld.example"),
        ("http://s3.voorbeeld.example:80", "s3.voorbeeld.example"),
        ("http://s3.voorbeeld.example:9000", "s3.voorbeeld.example:9000"),
        ("https://s3.voorbeeld.example:80", "s3.voorbeeld.example:80"),
    ],
)
def test_the_store_is_sent_the_host_that_was_signed(installation, tmp_path, endpoint, host):
    """A store on a default port refused every recording: the edge sent a port that the signature does not have."""
    keys = {"VIGNET_S3_ACCESS_KEY": "one", "VIGNET_S3_SECRET_KEY": "two"}
    signed = ObjectStore(read({"VIGNET_S3_ENDPOINT": endpoint, **keys})).inner_address(KEY, "video/mp4")
    first, hosts = services.free_ports(4), []

    def web(environ, start):
        start("200 OK", [("X-Accel-Redirect", signed.path), ("X-Accel-Host", signed.host)])
        return []

    def store(environ, start):
        hosts.append(environ["HTTP_HOST"])
        start("200 OK", [("Content-Type", "video/mp4")])
        return [b"film"]

    with (
        answering(first + 1, web),
        answering(first + 3, store),
        caddy(first, f"http://127.0.0.1:{first + 3}", tmp_path) as address,
    ):
        answer = requests.get(f"{address}/media/one", timeout=20)
    assert (answer.status_code, answer.content, hosts) == (200, b"film", [host])
    assert "X-Accel-Host" not in answer.headers


def test_what_the_store_refuses_is_logged_without_its_signature(edge, tmp_path):
    assert requests.get(f"{edge}/media/none", timeout=20).status_code == 404
    log = tmp_path / "caddy.log"
    services.wait_until(lambda: "the store refused with 404" in log.read_text(), "the refusal in the log")
    assert "Signature" not in log.read_text() and "Credential" not in log.read_text()


def test_an_object_that_is_gone_says_nothing_about_the_store(edge):
    answer = requests.get(f"{edge}/media/two", timeout=20)
    assert answer.status_code == 404
    assert "niet (meer)" in answer.text
    assert not set(answer.headers) & {"X-Amz-Request-Id", "X-Trans-Id", "X-Openstack-Request-Id"}


def test_the_store_itself_cannot_be_reached(edge, object_store):
    path = object_store.inner_address(KEY, "video/mp4").path
    answer = requests.get(f"{edge}{path}", timeout=20)
    assert answer.text.startswith("web /")


def test_the_recorder_gets_its_own_paths_whole(edge):
    answer = requests.post(f"{edge}/recorder/whip/one", data=b"v=0", timeout=20)
    assert (answer.status_code, answer.text) == (201, "/recorder/whip/one")
    assert answer.headers["Location"] == "/recorder/whip/one/two"


def test_recorders_after_the_first_are_found_by_their_names_and_tell_nobody_their_numbers(object_store, tmp_path):
    first = services.free_ports(9)
    machine = Machine({"VIGNET_PORT": str(first), "VIGNET_DATA": str(tmp_path), "VIGNET_RECORDERS": "2"})
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "recorders.caddy").write_text(machine.recorder_routes())

    def called(name: str):
        def app(environ, start):
            start("200 OK", [])
            return [f"{name} {environ['PATH_INFO']}".encode()]

        return app

    with (
        answering(first + 2, called("one")),
        answering(machine.ports["recorder-2"], called("two")),
        caddy(first, os.environ["VIGNET_S3_ENDPOINT"], tmp_path) as edge,
    ):
        for path, name in (("/recorder/whip/x", "one"), ("/recorder/recorder-2/whip/x", "two")):
            assert requests.get(f"{edge}{path}", timeout=20).text == f"{name} {path}"
        for path in ("/recorder/metrics", "/recorder/recorder-2/metrics"):
            assert requests.get(f"{edge}{path}", timeout=20).status_code == 404


@pytest.mark.parametrize("size", [1_000, 8_000_000])
def test_a_recorder_that_takes_a_slice_and_says_nothing_is_given_up(tmp_path, size):
    """As a host whose power failed: the connection is there, and nobody hears that it is not."""
    first = services.free_ports(3)
    with socket.socket() as lost, caddy(first, "http://127.0.0.1:1", tmp_path) as edge:
        lost.bind(("127.0.0.1", first + 2))
        lost.listen()
        began = time.monotonic()
        answer = requests.put(f"{edge}/recorder/slices/one/0", data=bytes(size), timeout=25)
        assert answer.status_code in (502, 504) and time.monotonic() - began < 20


def test_text_travels_compressed_and_video_as_it_is(edge):
    with requests.get(f"{edge}/page", headers={"Accept-Encoding": "gzip"}, stream=True, timeout=20) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.raw.read()).startswith(b"web /page")
    assert "Content-Encoding" not in requests.get(f"{edge}/media/one", timeout=20).headers


KNOWN = {"Cookie": "vignet=somebody"}


def test_a_stranger_sends_forms_and_who_is_known_sends_files(edge):
    saved_answer = f"{edge}/bureau/zittingen/0b0f/noodbestand"

    def status(address: str, size: int, **headers: str) -> int:
        return requests.post(address, data=bytes(size), headers=headers, timeout=20).status_code

    assert status(f"{edge}/page", 60_000) == 200
    assert status(f"{edge}/page", 70_000) == 413
    assert status(f"{edge}/page", 70_000, **{"X-Vignet-Known": "1"}) == 413
    assert status(f"{edge}/page", 12_000_000, **KNOWN) == 200
    assert status(f"{edge}/page", 13_000_000, **KNOWN) == 413
    assert status(saved_answer, 13_000_000, **KNOWN) == 200
    assert status(saved_answer, 68_000_000, **KNOWN) == 413


def test_the_web_app_is_told_how_long_a_body_will_be_and_by_nobody_else(edge, lengths):
    requests.post(f"{edge}/page", data=bytes(70_000), headers={**KNOWN, "X-Vignet-Length": "1"}, timeout=20)
    assert lengths == ["70000"]


@pytest.mark.real_time
def test_a_file_that_comes_by_the_byte_is_sent_away_and_one_on_a_slow_line_is_not(edge):
    """Also of somebody who is logged in: what lies in the memory of the edge must get on."""
    port, ends = int(edge.rpartition(":")[2]), {}

    def send(name: str, at_once: int) -> None:
        began = time.monotonic()
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(f"POST /page HTTP/1.1\r\nHost: a\r\nCookie: a=b\r\nContent-Length: {SLOW}\r\n\r\n".encode())
            left, answer = SLOW, b""
            with contextlib.suppress(OSError):
                while left > 0 and time.monotonic() - began < 120:
                    line.sendall(bytes(min(at_once, left)))
                    left -= at_once
                    if select.select([line], [], [], 1)[0]:
                        break
                line.settimeout(30)
                answer = line.recv(12)
            ends[name] = (time.monotonic() - began, answer)

    threads = [threading.Thread(target=send, args=one) for one in (("dripping", 1), ("slow", 12_000))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(180)
    held_s, answer = ends["dripping"]
    assert 20 < held_s < 60 and not answer.startswith(b"HTTP/1.1 2")
    took_s, answer = ends["slow"]
    assert took_s > 45 and answer == b"HTTP/1.1 200", "slower than the half minute that others have"


def test_who_is_known_may_ask_without_a_body_and_without_saying_so(edge):
    """As browsers do with a DELETE: no Content-Length at all."""
    port = int(edge.rpartition(":")[2])
    for method in ("POST", "PUT", "DELETE"):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            lines = f"{method} /page HTTP/1.1\r\nHost: a\r\nCookie: vignet=somebody\r\nConnection: close\r\n\r\n"
            connection.sendall(lines.encode())
            assert connection.recv(12) == b"HTTP/1.1 200"


def test_a_body_without_a_length_is_refused(edge):
    answer = requests.post(f"{edge}/page", data=iter([b"one", b"two"]), headers=KNOWN, timeout=20)
    assert answer.status_code == 411
    assert requests.request("GET", f"{edge}/page", data=bytes(70_000), timeout=20).status_code == 413


def test_nobody_from_outside_asks_the_doorkeeper_or_says_that_he_is_known(edge):
    assert requests.get(f"{edge}/rand/zenden", timeout=20).status_code == 404
    said = requests.get(f"{edge}/page", headers={"X-Vignet-Known": "1"}, timeout=20)
    assert said.text.startswith("web /page None")


@pytest.mark.parametrize(("path", "size", "status"), [("/media/two", 0, 404), ("/page", 70_000, 413)])
def test_an_error_of_the_edge_is_a_dutch_page_with_the_headers_of_one(edge, path, size, status):
    answer = requests.request("POST" if size else "GET", f"{edge}{path}", data=bytes(size) or None, timeout=20)
    assert answer.status_code == status
    _is_a_page(answer)
    script = requests.request(
        "POST" if size else "GET",
        f"{edge}{path}",
        data=bytes(size) or None,
        headers={"Accept": "application/json"},
        timeout=20,
    )
    assert script.status_code == status
    assert script.json()["error"].endswith(".")


def test_an_edge_with_nothing_behind_it_says_so_in_dutch(tmp_path):
    first = services.free_ports(3)
    with caddy(first, "http://127.0.0.1:1", tmp_path) as nothing_behind:
        for ask in (requests.get, requests.post):
            answer = ask(f"{nothing_behind}/inloggen", timeout=20)
            assert (answer.status_code, answer.headers["Retry-After"]) == (502, "5")
            _is_a_page(answer)
            assert "blijft in uw browser bewaard" in answer.text


def _is_a_page(answer: requests.Response) -> None:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert '<html lang="nl">' in answer.text
    assert re.search(r"<h1>[A-Z].+</h1><p>[A-Z].+\.</p>", answer.text)
    assert "{" not in re.sub(r"<style>.*</style>", "", answer.text)
    style = re.search(r"<style>(.*)</style>", answer.text)[1]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert not {"Server", "Via"} & set(answer.headers)


def test_what_a_recorder_answers_has_the_headers_too(edge):
    headers = requests.post(f"{edge}/recorder/whip/one", data=b"v=0", timeout=20).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert not {"Server", "Via"} & set(headers)


def test_the_log_names_no_person_and_no_secret(tmp_path):
    first = services.free_ports(3)
    with caddy(first, "http://127.0.0.1:1", tmp_path) as nothing_behind:
        address = f"{nothing_behind}/page?ticket=geheim"
        assert requests.get(address, headers={"Cookie": "vignet=geheim"}, timeout=20).status_code == 502
        log = tmp_path / "caddy.log"
        services.wait_until(lambda: "connection refused" in log.read_text(), "the log to say what is wrong")
    assert "/page" in log.read_text()
    assert "geheim" not in log.read_text()
    assert "remote_ip" not in log.read_text()


@pytest.mark.parametrize("path", ["/", "/inloggen", "/recorder/whip/one"])
def test_the_edge_takes_no_trace(edge, path):
    answer = requests.request("TRACE", edge + path, timeout=20)
    assert answer.status_code == 405


def test_the_edge_speaks_tls_of_today_with_ciphers_of_today(object_store, tmp_path):
    """A certificate of its own making: which versions and ciphers there are does not hang on whose it is."""
    first = services.free_ports(3)
    site = f"https://localhost:{first}"
    with caddy(first, os.environ["VIGNET_S3_ENDPOINT"], tmp_path, site):
        old, new = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
        services.wait_until(lambda: speaks(first), "a certificate")
        agreed = {spoken(first, version, version) for version in (old, new)}
        assert agreed == {"TLSv1.2", "TLSv1.3"}
        with pytest.raises(ssl.SSLError):
            spoken(first, ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0")
        for weak in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-SHA256", "NULL", "DES-CBC3-SHA"):
            with pytest.raises(ssl.SSLError):
                spoken(first, old, old, f"{weak}:@SECLEVEL=0")


def speaks(port: int) -> bool:
    """True once the edge has made its certificate."""
    with contextlib.suppress(ssl.SSLError):
        return spoken(port, ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3) is not None
    return False


def spoken(port: int, least: ssl.TLSVersion, most: ssl.TLSVersion, ciphers: str = "") -> str | None:
    """The version that the edge and a client with these agree on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
    context.minimum_version, context.maximum_version = least, most
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        return secure.version()
