"""What is really sent to a store: nothing that one without boto3's newer checksums would refuse or keep by mistake."""

import hashlib
import os
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from support import certificates

from storage.base.config import read
from storage.base.objects import ObjectStore


class Plain(BaseHTTPRequestHandler):
    """An S3 of 2006: it keeps the body as it comes, refuses what it does not know, and wants an MD5 to delete many."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body, seen = self.rfile.read(length), self.server.seen
        headers = {name.lower(): value for name, value in self.headers.items()}
        seen.append((self.command, headers))
        path, _, query = self.path.partition("?")
        kept, status, told = self.server.kept, 200, b""
        if any(name.startswith(("x-amz-checksum", "x-amz-trailer", "x-amz-sdk-checksum")) for name in headers):
            status = 400
        elif self.command == "POST" and query == "delete":
            status = 200 if headers.get("content-md5") == b64encode(hashlib.md5(body).digest()).decode() else 400
            told = b"<DeleteResult/>"
            for name in [name for name in kept if f"<Key>{name.split('/', 2)[2]}</Key>".encode() in body]:
                del kept[name]
        elif self.command == "PUT":
            kept[path] = body
        elif self.command == "DELETE":
            kept.pop(path, None)
            status = 204
        elif path in kept:
            told = kept[path]
        elif path.count("/") > 1:
            status = 404
        self.send_response(status)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(told)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *_):
        pass


@pytest.fixture(params=["http", "https"])
def server(request, tmp_path, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Plain) as server:
        server.seen, server.kept = [], {}
        if request.param == "https":
            file, context = certificates.self_signed(tmp_path, "127.0.0.1")
            monkeypatch.setenv("AWS_CA_BUNDLE", str(file))
            server.socket = context.wrap_socket(server.socket, server_side=True)
        server.address = f"{request.param}://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def store(server):
    settings = {"VIGNET_S3_ENDPOINT": server.address, "VIGNET_S3_BUCKET": "plain", "VIGNET_S3_ACCESS_KEY": "a"}
    return ObjectStore(read(settings | {"VIGNET_S3_SECRET_KEY": "secret"}))


def test_a_store_that_knows_no_checksums_keeps_the_bytes_alone(server, store, tmp_path):
    file = tmp_path / "film"
    file.write_bytes(os.urandom(300_000))
    store.prepare()
    for key in ("a/1", "a/2"):
        store.put_file(key, file, "video/mp4")
    assert server.kept["/plain/a/1"] == file.read_bytes()
    assert b"".join(store.read("a/1")) == file.read_bytes()
    store.delete_all(["a/1", "a/2"])
    assert not [name for name in server.kept if "/a/" in name]
    assert {command for command, _ in server.seen} >= {"PUT", "GET", "HEAD", "POST"}
    for command, headers in server.seen:
        assert not [name for name in headers if "checksum" in name or "trailer" in name], (command, headers)
        assert "aws-chunked" not in headers.get("content-encoding", ""), command
        assert "transfer-encoding" not in headers, command


def test_a_signed_address_asks_for_no_checksum(store):
    for method in ("get_object", "head_object"):
        assert "checksum" not in store.signed_url("a", "video/mp4", 60, method).lower()
