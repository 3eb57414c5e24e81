"""What was deleted is gone from the disk, on each store: not only its name, its bytes too."""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from boto3.s3.transfer import TransferConfig
from support import services

from storage.base.config import read
from storage.base.objects import ObjectStore

MIB = 1024 * 1024
BIG = 20 * MIB
IN_PARTS = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)


class Server:
    """One object store and the folder in which it keeps everything."""

    def __init__(self, address: str, folder: Path):
        self.folder = folder
        settings = read(
            {
                "VIGNET_S3_ENDPOINT": address,
                "VIGNET_S3_BUCKET": "objects",
                "VIGNET_S3_ACCESS_KEY": services.ACCESS_KEY,
                "VIGNET_S3_SECRET_KEY": services.SECRET_KEY,
            }
        )
        self.store = ObjectStore(settings)
        self.store.prepare()
        self.raw = services.s3_client(address)

    def bytes_on_disk(self) -> int:
        """What the files take that hold content; a store's own lists are a few kilobytes each and stay far below."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return sum(size for path in files if (size := path.stat().st_size) >= MIB)

    def put_in_parts(self, key: str, path: Path) -> None:
        """As the product did before, and as another client of this store may do."""
        self.raw.upload_file(str(path), "objects", key, Config=IN_PARTS)


@pytest.fixture(scope="module", params=["swift", "rclone"])
def server(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(f"freed-{request.param}")
    with ExitStack() as stack:
        address = stack.enter_context(getattr(services, request.param)(folder))
        yield Server(address, folder / {"swift": "node", "rclone": "data"}[request.param])


@pytest.fixture(scope="module")
def only_swift(tmp_path_factory):
    folder = tmp_path_factory.mktemp("orphans")
    with services.swift(folder) as address:
        yield Server(address, folder / "node")


def test_seaweedfs_gives_the_bytes_back_when_it_is_asked(tmp_path, film):
    """It marks what is deleted, and rewrites a volume of which enough is marked: every 14 minutes, or when told."""
    with services.seaweedfs(tmp_path) as address:
        server = Server(address, tmp_path / "data")
        server.store.put_file("recordings/a/video.mp4", film)
        assert server.bytes_on_disk() >= BIG
        server.store.delete_all(["recordings/a/video.mp4"])
        assert server.store.keys("recordings/") == []
        master = int(address.rpartition(":")[2]) + 1

        def tidied() -> bool:
            requests.get(f"http://127.0.0.1:{master}/vol/vacuum?garbageThreshold=0.001", timeout=60).raise_for_status()
            return server.bytes_on_disk() == 0

        services.wait_until(tidied, "SeaweedFS to give the bytes back", 60)


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film"
    path.write_bytes(os.urandom(BIG))
    return path


def test_the_bytes_of_a_deleted_object_are_gone(server, film):
    server.store.put_file("recordings/a/video.mp4", film)
    assert server.bytes_on_disk() == BIG
    server.store.delete("recordings/a/video.mp4")
    assert server.bytes_on_disk() == 0


def test_the_bytes_of_many_deleted_at_once_are_gone(server, film):
    keys = [f"recordings/many/{number}" for number in range(3)]
    for key in keys:
        server.store.put_file(key, film)
    assert server.bytes_on_disk() == 3 * BIG
    server.store.delete_all([*keys, "recordings/many/never-there"])
    assert server.bytes_on_disk() == 0
    assert server.store.keys("recordings/many/") == []


def test_what_was_put_in_parts_goes_with_all_its_parts(server, film):
    for key in ("parts/one", "parts/two"):
        server.put_in_parts(key, film)
    assert server.bytes_on_disk() == 2 * BIG
    server.store.delete("parts/one")
    assert server.bytes_on_disk() == BIG
    server.store.delete_all(["parts/two"])
    assert server.bytes_on_disk() == 0


def test_putting_again_leaves_nothing_of_what_was_there(server, film, tmp_path):
    small = tmp_path / "small"
    small.write_bytes(b"something else")
    server.put_in_parts("again", film)
    server.store.put_file("again", small)
    assert b"".join(server.store.read("again")) == b"something else"
    assert server.bytes_on_disk() == 0
    server.store.delete("again")


def test_parts_that_an_overwrite_or_a_broken_upload_left_are_found_and_removed(only_swift, film):
    store, raw = only_swift.store, only_swift.raw
    only_swift.put_in_parts("kept", film)
    only_swift.put_in_parts("overwritten", film)
    raw.put_object(Bucket="objects", Key="overwritten", Body=b"small")
    broken = raw.create_multipart_upload(Bucket="objects", Key="broken")["UploadId"]
    raw.upload_part(Bucket="objects", Key="broken", PartNumber=1, UploadId=broken, Body=film.read_bytes()[: 5 * MIB])
    assert only_swift.bytes_on_disk() == 2 * BIG + 5 * MIB

    assert orphans(only_swift) == "0 orphaned parts found, 0 bytes."  # an upload may still go on
    # Four of the one that was overwritten; of the broken upload its part and the empty mark that it goes on.
    both = f"6 orphaned parts {{}}, {BIG + 5 * MIB} bytes."
    assert orphans(only_swift, "--hours", "0") == both.format("found")
    assert only_swift.bytes_on_disk() == 2 * BIG + 5 * MIB
    assert orphans(only_swift, "--hours", "0", "--remove") == both.format("removed")
    assert only_swift.bytes_on_disk() == BIG
    assert orphans(only_swift, "--hours", "0") == "0 orphaned parts found, 0 bytes."
    assert b"".join(store.read("kept")) == film.read_bytes()
    assert store.size("overwritten") == 5


def orphans(server: Server, *options: str) -> str:
    """What the command says."""
    command = [
        services.ROOT / ".venv-swift" / "bin" / "python",
        services.ROOT / "docker" / "local" / "swift_orphans.py",
    ]
    command += ["--data", server.folder.parent, *options]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
