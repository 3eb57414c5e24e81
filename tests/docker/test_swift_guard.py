"""Behind Swift's proxy, which has accounts, are servers that have none: they hear their own proxy and nobody else."""

import re
from urllib.parse import urlsplit

import pytest
import requests

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("server", [1, 2, 3], ids=["account", "container", "object"])
@pytest.mark.parametrize(
    "shown", [{}, {"X-Vignet-Inside": ""}, {"X-Vignet-Inside": "a" * 64}], ids=["", "empty", "guess"]
)
def test_a_server_inside_answers_no_stranger(swift, server, shown):
    port = urlsplit(swift).port + server
    for method in ("GET", "HEAD", "PUT", "DELETE", "REPLICATE", "OPTIONS"):
        answer = requests.request(method, f"http://127.0.0.1:{port}/d1/0/AUTH_exam", headers=shown, timeout=20)
        assert (method, answer.status_code, answer.content) == (method, 403, b"")


def test_the_store_itself_works_and_its_key_is_nobody_elses(object_store, swift, tmp_path):
    film = tmp_path / "film"
    film.write_bytes(bytes(range(256)) * 40_000)
    object_store.put_file("kept/film", film)
    assert object_store.keys("kept/") == ["kept/film"]
    assert "X-Vignet-Inside" not in requests.get(swift, timeout=20).headers
    object_store.delete("kept/film")
    assert object_store.keys("kept/") == []


def test_the_key_lies_closed(tmp_path_factory):
    found = [*tmp_path_factory.getbasetemp().glob("swift*/etc/inside_key")]
    assert found
    for path in [*found, *(conf for key in found for conf in key.parent.glob("*.conf"))]:
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.suffix == ".conf" or re.fullmatch(r"[0-9a-f]{64}", path.read_text())
