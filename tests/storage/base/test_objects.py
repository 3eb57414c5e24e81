"""The object store, held against servers that share no code: OpenStack Swift, rclone, SeaweedFS and Ceph."""

import dataclasses
import hmac
import os
import time
from hashlib import sha256
from urllib.parse import parse_qsl, quote

import pytest
import requests
from support import services

from storage.base.config import read
from storage.base.objects import ObjectError, ObjectStore, Stored, sha256_of

BIG = 20_000_000


@pytest.fixture(scope="module", params=services.STORES)
def settings(request):
    address = request.getfixturevalue(request.param)
    return read(
        {
            "VIGNET_S3_ENDPOINT": address,
            "VIGNET_S3_BUCKET": "objects",
            "VIGNET_S3_ACCESS_KEY": services.ACCESS_KEY,
            "VIGNET_S3_SECRET_KEY": services.SECRET_KEY,
        }
    )


@pytest.fixture(scope="module")
def store(settings):
    store = ObjectStore(settings)
    store.prepare()
    store.prepare()  # a second time is no error
    return store


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(os.urandom(200_000))
    return path


@pytest.fixture
def raw(settings):
    """Another client of the same server, to do what the store never does."""
    return services.s3_client(settings.s3_endpoint)


def test_what_is_put_comes_back(store, file, tmp_path):
    stored = store.put_file("recordings/r1/video.mp4", file, "video/mp4")
    assert stored == Stored("recordings/r1/video.mp4", 200_000, sha256_of(file))
    assert store.size(stored.key) == 200_000
    store.get_file(stored.key, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == file.read_bytes()


def test_an_object_may_be_empty(store, tmp_path):
    (tmp_path / "empty").touch()
    assert store.put_file("empty", tmp_path / "empty").size == 0
    assert store.size("empty") == 0
    assert b"".join(store.read("empty")) == b""


def test_a_big_object_comes_back_whole(store, tmp_path):
    path = tmp_path / "big"
    path.write_bytes(os.urandom(BIG))
    stored = store.put_file("recordings/big/whip-1.rtp.enc", path)
    assert (store.size(stored.key), stored.sha256) == (BIG, sha256_of(path))


def test_putting_again_replaces(store, file):
    store.put_file("again", file)
    file.write_bytes(b"something else")
    assert store.put_file("again", file).size == 14
    assert b"".join(store.read("again")) == b"something else"


def test_what_is_gone_is_gone(store, file, tmp_path):
    store.put_file("gone", file)
    store.delete("gone")
    store.delete("gone")
    assert store.size("gone") is None
    with pytest.raises(ObjectError, match="gone"):
        store.get_file("gone", tmp_path / "back")
    with pytest.raises(ObjectError, match="gone"):
        store.verify(Stored("gone", 200_000, sha256_of(file)))


def test_a_truncated_or_changed_object_is_found(store, raw, file):
    stored = store.put_file("fragile", file)
    store.verify(stored)
    content = file.read_bytes()
    for wrong in (content[:-1], content[:1000], b"", content + b"x", b"x" + content[1:]):
        raw.put_object(Bucket=store.bucket, Key="fragile", Body=wrong)
        with pytest.raises(ObjectError, match="fragile"):
            store.verify(stored)


def test_keys_are_listed_by_folder(store, file):
    for name in ("list/a/1", "list/a/2", "list/b/1"):
        store.put_file(name, file)
    assert store.keys("list/a/") == ["list/a/1", "list/a/2"]
    assert store.keys("list/") == ["list/a/1", "list/a/2", "list/b/1"]
    assert store.keys("list/none/") == []


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "../a", "a/../b", "a/./b", ".a", "a b", "a?b", "a#b", "a%2Fb", "é", "a\\b", "a\n"]
)
def test_a_key_that_some_server_would_not_keep_is_refused(store, file, key):
    with pytest.raises(ValueError, match="key"):
        store.put_file(key, file)
    with pytest.raises(ValueError, match="key"):
        store.signed_url(key, "video/mp4", 60)


def test_a_signed_address_opens_one_object_as_its_type(store, file):
    store.put_file("signed/video.mp4", file)
    answer = requests.get(store.signed_url("signed/video.mp4", "video/mp4", 60), timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "video/mp4")
    assert answer.content == file.read_bytes()


def test_a_signed_address_lets_a_player_seek(store, file):
    store.put_file("signed/seek.mp4", file)
    url = store.signed_url("signed/seek.mp4", "video/mp4", 60)
    answer = requests.get(url, headers={"Range": "bytes=150000-150099"}, timeout=10)
    assert (answer.status_code, answer.headers["Content-Range"]) == (206, "bytes 150000-150099/200000")
    assert answer.content == file.read_bytes()[150_000:150_100]


def test_the_inner_address_is_path_and_query_at_the_inner_endpoint(store, settings, file):
    store.put_file("inner/video.mp4", file)
    path = store.inner_address("inner/video.mp4", "video/mp4").path
    assert path.startswith("/objects/inner/video.mp4?")
    assert requests.get(settings.s3_endpoint + path, timeout=10).content == file.read_bytes()
    head = store.inner_address("inner/video.mp4", "video/mp4", "head_object").path
    assert requests.head(settings.s3_endpoint + head, timeout=10).headers["Content-Length"] == "200000"


@pytest.mark.parametrize(
    "endpoint, host",
    [
        ("https://s3.voorbeeld.example", "s3.voorbeeld.example"),
        ("https://s3.voorbeeld.example:443", "s3.voorbeeld.example"),
        ("http://s3.voorbeeld.example:80", "s3.voorbeeld.example"),
        ("http://s3.voorbeeld.example:443", "s3.voorbeeld.example:443"),
        ("https://s3.voorbeeld.example:9000", "s3.voorbeeld.example:9000"),
    ],
)
def test_the_host_of_the_inner_address_is_the_one_that_was_signed(settings, endpoint, host):
    store = ObjectStore(dataclasses.replace(settings, s3_endpoint=endpoint))
    signed = store.inner_address("inner/video.mp4", "video/mp4")
    assert signed.host == host
    path, _, query = signed.path.partition("?")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    assert asked.pop("X-Amz-Signature") == signature_v4(path, asked, host, settings.s3_secret_key)


def signature_v4(path, asked, host, secret):
    """The signature of a GET with only the Host in it, as AWS describes Signature Version 4."""
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(asked[name], safe='-_.~')}" for name in sorted(asked))
    canonical = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    scope = asked["X-Amz-Credential"].partition("/")[2]
    text = "\n".join(("AWS4-HMAC-SHA256", asked["X-Amz-Date"], scope, sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


def test_addresses_are_signed_for_the_public_endpoint(settings):
    store = ObjectStore(dataclasses.replace(settings, s3_public_endpoint="https://media.voorbeeld.example"))
    assert store.signed_url("a", "video/mp4", 60).startswith("https://media.voorbeeld.example/objects/a?")


def test_without_a_signature_nothing_opens(store, settings, file):
    store.put_file("closed", file)
    assert requests.get(f"{settings.s3_endpoint}/{store.bucket}/closed", timeout=10).status_code in (400, 401, 403)


def test_a_tampered_address_is_refused(store, file):
    for name in ("mine", "other"):
        store.put_file(f"tamper/{name}", file)
    url = store.signed_url("tamper/mine", "video/mp4", 60)
    for wrong in (
        url.replace("tamper/mine", "tamper/other"),
        url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        url.replace("video%2Fmp4", "text%2Fhtml"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ):
        assert wrong != url
        assert requests.get(wrong, timeout=10).status_code in (400, 403)


def test_an_address_expires(store, file):
    store.put_file("brief", file)
    url = store.signed_url("brief", "video/mp4", 1)
    assert requests.get(url, timeout=10).status_code == 200
    services.wait_until(lambda: requests.get(url, timeout=10).status_code in (400, 403), "the address to expire", 10)


def test_an_address_of_another_secret_is_refused(store, settings, file):
    store.put_file("secret", file)
    stranger = ObjectStore(dataclasses.replace(settings, s3_secret_key="a guess"))
    assert requests.get(stranger.signed_url("secret", "video/mp4", 60), timeout=10).status_code == 403


def test_a_server_that_is_away_is_an_error_soon(settings, file):
    nobody = f"http://127.0.0.1:{services.free_ports(1)}"
    store = ObjectStore(dataclasses.replace(settings, s3_endpoint=nobody))
    begun = time.monotonic()
    with pytest.raises(ObjectError, match="does not answer"):
        store.put_file("away", file)
    with pytest.raises(ObjectError, match="does not answer"):
        list(store.read("away"))
    assert time.monotonic() - begun < 30
