"""Parts of large objects in a Swift that belong to no object: says how many there are, and removes them.

    python docker/local/swift_orphans.py --data DIR [--remove]

DIR is that of swift_s3.py, which must be running. Swift keeps the parts of a large object beside it, where S3 does not
show them. They stay behind when the object is overwritten, when an upload is broken off, and, until Swift was set up to
remove them at once, when the object was deleted. Young parts may belong to an upload that goes on, and are left alone.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prepare import VENV_SWIFT
from swift_s3 import inside_key

ACCOUNT = "AUTH_exam"
PARTS = "+segments"
"""How the name of the container ends in which S3's parts lie, beside the bucket's own."""
GOES_ON_H = 24
CONF = """\
[DEFAULT]
swift_dir = {etc}

[pipeline:main]
pipeline = catch_errors slo proxy-server

[app:proxy-server]
use = egg:swift#proxy

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:slo]
use = egg:swift#slo
"""


@dataclass(frozen=True)
class Orphan:
    """One part that no object names: its container and name, and its size in bytes."""

    container: str
    name: str
    size: int


def orphans(client, before: float) -> Iterator[Orphan]:
    """Every part that no object of its bucket names, and that was put before this moment (seconds since 1970)."""
    from swift.common.utils import last_modified_date_to_timestamp as moment

    for container in [row["name"] for row in client.iter_containers(ACCOUNT)]:
        if container.endswith(PARTS):
            # Parts are looked at before the objects, so that an upload that ends meanwhile is seen to use its own.
            parts = list(client.iter_objects(ACCOUNT, container))
            used = set(_used(client, container.removesuffix(PARTS)))
            for row in parts:
                if f"/{container}/{row['name']}" not in used and float(moment(row["last_modified"])) <= before:
                    yield Orphan(container, row["name"], row["bytes"])


def _used(client, bucket: str) -> Iterator[str]:
    """The parts that the objects of this bucket consist of, as /container/name."""
    for row in client.iter_objects(ACCOUNT, bucket):
        if "slo_etag" in row:
            _, _, body = client.get_object(ACCOUNT, bucket, row["name"], params={"multipart-manifest": "get"})
            yield from (part["name"] for part in json.loads(b"".join(body)) if "name" in part)


def main() -> int:
    if Path(sys.prefix) != VENV_SWIFT:
        python = str(VENV_SWIFT / "bin" / "python")
        os.execv(python, [python, *sys.argv])
    parser = argparse.ArgumentParser(description="Find parts of objects that belong to no object any more.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds everything of the Swift")
    parser.add_argument("--remove", action="store_true", help="remove them; without it nothing changes")
    parser.add_argument(
        "--hours", type=float, default=GOES_ON_H, help="leave alone what is younger than this (%(default)s)"
    )
    options = parser.parse_args()

    import swift_guard
    from swift.common.internal_client import InternalClient
    from swift.common.utils import set_swift_dir
    from swift.common.wsgi import ConfigString

    etc = options.data.absolute() / "etc"
    set_swift_dir(str(etc))
    swift_guard.show_key(inside_key(etc))
    client = InternalClient(ConfigString(CONF.format(etc=etc)), "orphans", request_tries=3)
    found = list(orphans(client, time.time() - options.hours * 3600))
    for orphan in found if options.remove else ():
        client.delete_object(ACCOUNT, orphan.container, orphan.name)
    done = "removed" if options.remove else "found"
    print(f"{len(found)} orphaned parts {done}, {sum(orphan.size for orphan in found)} bytes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
