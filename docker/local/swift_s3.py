"""An OpenStack Swift with its S3 interface on this machine: four processes on loopback, one copy, no versioning.

    python docker/local/swift_s3.py --data DIR --port N

writes what Swift needs into DIR and runs it until it is stopped: S3 on port N, the account, container and object
servers on the three ports after it. `--prepare` writes only, `--run` runs what was written. Objects survive any way of
stopping. DIR/etc/swift.conf holds the hash secret: without it the objects in DIR/node cannot be found again.

Bucket versioning stays off: with it on, Swift commits an upload that the client cut off.
"""

import argparse
import ctypes
import gc
import importlib
import os
import pwd
import secrets
import signal
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import NoReturn

from prepare import VENV_SWIFT

ACCESS_KEY = "exam:app"
SERVERS = ("proxy", "account", "container", "object")
MODULES = {"proxy": "proxy", "account": "account", "container": "container", "object": "obj"}
PR_SET_PDEATHSIG = 1
"""Of the kernel's prctl (sys/prctl.h)."""

NODE_CONF = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {etc}
devices = {data}/node
mount_check = false
fallocate_reserve = 268435456
log_level = WARNING

[pipeline:main]
pipeline = swift_guard {name}-server

[filter:swift_guard]
paste.filter_factory = swift_guard:filter_factory
key = {key}

[app:{name}-server]
use = egg:swift#{name}
recon_cache_path = {data}/cache
"""

# Without `cache` in the pipeline Swift needs no memcached; with it, each request would log an error.
PROXY_CONF = """\
[DEFAULT]
bind_ip = {bind}
bind_port = {port}
workers = 0
user = {user}
swift_dir = {etc}
log_level = WARNING

[pipeline:main]
pipeline = swift_guard catch_errors gatekeeper healthcheck listing_formats bulk s3api tempauth copy container-quotas \
account-quotas slo dlo versioned_writes symlink proxy-logging proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true

[filter:swift_guard]
paste.filter_factory = swift_guard:filter_factory
key = {key}
open = yes

[filter:s3api]
use = egg:swift#s3api
location = us-east-1
s3_acl = false

[filter:tempauth]
use = egg:swift#tempauth
user_exam_app = {secret} .admin
"""
FILTERS = (
    "catch_errors gatekeeper healthcheck listing_formats bulk copy container-quotas account-quotas slo dlo "
    "versioned_writes symlink proxy-logging"
)
FILTER_CONF = "\n[filter:{name}]\nuse = egg:swift#{egg}\n{more}"
# The parts of a large object go with it. By default they wait for an expirer, which does not run here.
FILTER_OPTIONS = {"slo": "allow_async_delete = false\n"}


def prepare(data: Path, port: int, secret: str, bind: str = "127.0.0.1") -> None:
    """Write rings and settings for a Swift that keeps its objects in `data` and speaks S3 on `bind`:`port`."""
    etc = data / "etc"
    for folder in (etc, data / "node" / "d1", data / "cache"):
        folder.mkdir(parents=True, exist_ok=True)
    if not (etc / "swift.conf").exists():
        prefix, suffix = secrets.token_hex(16), secrets.token_hex(16)
        _write(
            etc / "swift.conf",
            f"[swift-hash]\nswift_hash_path_prefix = {prefix}\nswift_hash_path_suffix = {suffix}\n\n"
            "[storage-policy:0]\nname = default\ndefault = yes\n",
        )
    values = {
        "key": inside_key(etc),
        "user": pwd.getpwuid(os.getuid()).pw_name,
        "data": data,
        "etc": etc,
        "secret": secret,
    }
    filters = "".join(
        FILTER_CONF.format(name=name, egg=name.replace("-", "_"), more=FILTER_OPTIONS.get(name, ""))
        for name in FILTERS.split()
    )
    _write(etc / "proxy.conf", PROXY_CONF.format(port=port, bind=bind, **values) + filters)
    for number, name in enumerate(SERVERS[1:], 1):
        _write(etc / f"{name}.conf", NODE_CONF.format(name=name, port=port + number, **values))
    _rings(etc, port)


def inside_key(etc: Path) -> str:
    """What the servers show each other (swift_guard); made once."""
    path = etc / "inside_key"
    if not path.exists():
        _write(path, secrets.token_hex(32))
    return path.read_text()


def run(data: Path) -> int:
    """Run the four servers until one of them ends or this process is told to stop; answers an exit code.

    What they have in common is loaded once, before they part.
    """
    from swift.common import utils

    servers = {name: importlib.import_module(f"swift.{MODULES[name]}.server") for name in SERVERS}
    for module in ("s3api.s3api", "tempauth", "slo", "dlo", "copy", "versioned_writes", "bulk"):
        importlib.import_module(f"swift.common.middleware.{module}")
    # Each server would do so by itself, and touch all that it shares with the others.
    utils.eventlet_monkey_patch()
    gc.collect()
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    us, children = os.getpid(), {}
    try:
        for name, server in servers.items():
            if not (pid := os.fork()):
                _serve(data, name, server, us)
            children[pid] = name
        pid, status = os.wait()
        print(f"{children.pop(pid)}-server ended", file=sys.stderr)
        return os.waitstatus_to_exitcode(status) or 1
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
        for pid in children:
            os.waitpid(pid, 0)


def _serve(data: Path, name: str, server: ModuleType, parent: int) -> NoReturn:
    """One of SERVERS, in a process of its own that the kernel ends when ours ends in any way; its log is our own."""
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        # Swift ends its whole process group when it ends, hence a group each.
        os.setpgid(0, 0)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            sys.argv = [f"swift-{name}-server", str(data / "etc" / f"{name}.conf"), "-v"]
            server.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    os._exit(code)


def _rings(etc: Path, port: int) -> None:
    """The maps from object to disk. One disk takes all, so new ports move nothing."""
    from swift.common.ring import RingBuilder

    for number, name in enumerate(SERVERS[1:], 1):
        builder = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        device = {"ip": "127.0.0.1", "port": port + number, "device": "d1", "region": 1, "zone": 1, "weight": 1}
        builder.add_dev(device)
        builder.rebalance()
        builder.get_ring().save(str(etc / f"{name}.ring.gz"))


def _write(path: Path, text: str) -> None:
    """Secrets are inside: readable by the owner alone, from the first byte on."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def main() -> int:
    if Path(sys.prefix) != VENV_SWIFT:
        python = str(VENV_SWIFT / "bin" / "python")
        os.execv(python, [python, *sys.argv])
    parser = argparse.ArgumentParser(description="Run a Swift with its S3 interface.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds everything of it")
    parser.add_argument("--port", type=int, help="the S3 port; the three after it are used too")
    parser.add_argument("--bind", default="127.0.0.1", help="the address on which S3 listens (%(default)s)")
    parser.add_argument("--secret-file", type=Path, help=f"holds the secret of the access key {ACCESS_KEY}")
    parser.add_argument("--prepare", action="store_true", help="write rings and settings, start nothing")
    parser.add_argument("--run", action="store_true", help="start what `--prepare` wrote")
    options = parser.parse_args()
    if options.run:
        return run(options.data.absolute())
    if options.port is None:
        parser.error("--port is needed")
    secret = options.secret_file.read_text().strip() if options.secret_file else "only-for-development"
    data = options.data.absolute()
    prepare(data, options.port, secret, options.bind)
    return 0 if options.prepare else run(data)


if __name__ == "__main__":
    sys.exit(main())
