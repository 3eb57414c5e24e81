"""Real services that an installation may have in the place of its own: a pooler before PostgreSQL, another broker.

Context managers as those of `services`, whose rules hold.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support import services


def _found(program: str, package: str) -> str:
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        pytest.fail(f"{program} is needed: python3 docker/local/prepare.py installs the package {package}.")
    return found


@contextlib.contextmanager
def pgbouncer(postgresql: str) -> Iterator[str]:
    """A PgBouncer in transaction mode with two connections to the PostgreSQL at this address; its own address."""
    program, port = _found("pgbouncer", "pgbouncer"), services.free_ports(1)
    behind = urlsplit(postgresql)
    # Not below pytest's own folder: that one is closed to the user that PgBouncer runs as, which must not be root.
    folder = Path(tempfile.mkdtemp(prefix="vignet-pgbouncer-"))
    user = []
    if os.geteuid() == 0:
        user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig", "KILL", "--"]
        shutil.chown(folder, "nobody", "nogroup")
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{behind.username}" ""\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={behind.hostname} port={behind.port}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = trust\nauth_file = {folder}/users\npool_mode = transaction\ndefault_pool_size = 2\n"
    )
    try:
        with services.running([*user, program, folder / "pgbouncer.ini"], [port], Path(f"{folder}.log")):
            yield f"postgresql://{behind.username}@127.0.0.1:{port}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        Path(f"{folder}.log").unlink(missing_ok=True)


class RabbitMQ:
    """A running RabbitMQ: its `address`, and what its operator types."""

    def __init__(self, port: int, folder: Path):
        self.address = f"amqp://guest:guest@127.0.0.1:{port}//"
        self._folder, self._port = folder, port
        self.env = {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"vignet{port}@localhost",
            "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_DIST_PORT": str(port + 1),
            "ERL_EPMD_PORT": str(port + 2),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
        }

    def control(self, *words: str) -> str:
        """What `rabbitmqctl` says."""
        program = "/usr/lib/rabbitmq/bin/rabbitmqctl"
        env = {**os.environ, **self.env}
        done = subprocess.run([program, *words], env=env, capture_output=True, text=True, timeout=90, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[RabbitMQ]:
    """A RabbitMQ of which nothing is left at the end."""
    _found("rabbitmq-server", "rabbitmq-server")
    program = "/usr/lib/rabbitmq/bin/rabbitmq-server"
    port = services.free_ports(3)
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (folder / "plugins").write_text("[].\n")
    made = RabbitMQ(port, folder)
    with services.running([program], [port], folder / "out", made.env):
        yield made
