"""OpenStack Swift on three hosts, each object on all three, and a balancer before them.

Two of three copies are enough for a write to be acknowledged; what a host missed, the replicators bring it later.
"""

import os
import pwd
import secrets
from pathlib import Path

import swift_s3
from machines.hosts import Host
from support import services

S3_PORT = 8080
PORTS = {"account": 6001, "container": 6002, "object": 6003}
REPLICATORS = """
[object-replicator]
sync_method = ssync
interval = 5

[container-replicator]
interval = 5

[account-replicator]
interval = 5
"""
REPLICATE = """
import importlib, sys
from swift.common import utils
module, etc, conf = sys.argv[1:]
utils.set_swift_dir(etc)
sys.argv = [module, conf]
importlib.import_module(module).main()
"""
"""A replicator looks for swift.conf in /etc/swift before it reads where it is told to look (2.38)."""
BALANCER = """{{
	admin off
	persist_config off
	auto_https off
}}
http://{address}:{port} {{
	bind {address}
	reverse_proxy {nodes} {{
		lb_policy round_robin
		lb_try_duration 10s
		lb_try_interval 200ms
		fail_duration 5s
		transport http {{
			dial_timeout 1s
		}}
	}}
}}
"""


def start(hosts: list[Host], balancer: Host) -> str:
    """Start all of it; answers the address of the S3."""
    prefix, suffix = secrets.token_hex(16), secrets.token_hex(16)
    programs = services.ROOT / ".venv-swift" / "bin"
    for host in hosts:
        etc = host.folder / "etc"
        for folder in (etc, host.folder / "node" / "d1", host.folder / "cache"):
            folder.mkdir(parents=True)
        known = f"[swift-hash]\nswift_hash_path_prefix = {prefix}\nswift_hash_path_suffix = {suffix}\n\n"
        (etc / "swift.conf").write_text(known + "[storage-policy:0]\nname = default\ndefault = yes\n")
        _configure(host, etc)
    for name, port in PORTS.items():
        _ring(programs, hosts, name, port)
    for host in hosts:
        for name, port in (*PORTS.items(), ("proxy", S3_PORT)):
            host.runs([programs / f"swift-{name}-server", host.folder / "etc" / f"{name}.conf"], port)
        for name, module in (("object", "swift.obj.replicator"), ("container", "swift.container.replicator")):
            etc = host.folder / "etc"
            host.runs([programs / "python", "-c", REPLICATE, module, etc, etc / f"{name}.conf"])
    file = balancer.folder / "Caddyfile"
    nodes = " ".join(f"{host.address}:{S3_PORT}" for host in hosts)
    file.write_text(BALANCER.format(address=balancer.address, port=S3_PORT, nodes=nodes))
    homes = {"XDG_DATA_HOME": str(balancer.folder), "XDG_CONFIG_HOME": str(balancer.folder)}
    balancer.runs([services.BIN / "caddy", "run", "--adapter", "caddyfile", "--config", file], S3_PORT, homes)
    return f"http://{balancer.address}:{S3_PORT}"


def _configure(host: Host, etc: Path) -> None:
    """As on one machine, but for the addresses; the network is their own, so that they show each other no key."""
    user = pwd.getpwuid(os.getuid()).pw_name
    values = {"key": "", "user": user, "data": host.folder, "etc": etc, "secret": services.SECRET_KEY}
    filters = "".join(
        swift_s3.FILTER_CONF.format(name=name, egg=name.replace("-", "_"), more=swift_s3.FILTER_OPTIONS.get(name, ""))
        for name in swift_s3.FILTERS.split()
    )
    proxy = swift_s3.PROXY_CONF.format(port=S3_PORT, bind=host.address, **values) + filters
    (etc / "proxy.conf").write_text(proxy.replace("pipeline = swift_guard ", "pipeline = "))
    for name, port in PORTS.items():
        text = swift_s3.NODE_CONF.format(name=name, port=port, **values).replace("127.0.0.1", host.address)
        (etc / f"{name}.conf").write_text(text.replace("pipeline = swift_guard ", "pipeline = ") + REPLICATORS)


def _ring(programs: Path, hosts: list[Host], name: str, port: int) -> None:
    build = [programs / "swift-ring-builder", hosts[0].folder / f"{name}.builder"]
    hosts[0].inside(*build, "create", 4, len(hosts), 0)
    for zone, host in enumerate(hosts, 1):
        hosts[0].inside(*build, "add", f"r1z{zone}-{host.address}:{port}/d1", 1)
    hosts[0].inside(*build, "rebalance")
    ring = (hosts[0].folder / f"{name}.ring.gz").read_bytes()
    for host in hosts:
        (host.folder / "etc" / f"{name}.ring.gz").write_bytes(ring)
