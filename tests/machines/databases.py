"""PostgreSQL on two hosts: one that writes, and a standby that has each commit before anybody hears of it.

The address of the database goes with the one that writes. What a cluster manager does (Patroni, repmgr) is done here by
hand: promote, move the address, let the first go on alone while there is no standby, make a new standby.
"""

import os
import shutil
from pathlib import Path

import psycopg
from machines.hosts import NETWORK, Host
from support import services

ADDRESS = f"{NETWORK}50"
PORT = 5432
NOTICED_S = 5
"""How long a cluster manager takes to be certain."""
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"] if os.geteuid() == 0 else []


class Databases:
    """`first` writes, `second` follows; they change places."""

    def __init__(self, first: Host, second: Host) -> None:
        self.first, self.second = first, second
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))[-1]
        for host in (first, second):
            shutil.chown(host.folder, "nobody", "nogroup")
        data = first.folder / "data"
        create = [self._bin / "initdb", "-D", data, "-U", "vignet", "-A", "trust", "-E", "UTF8", "--no-sync"]
        first.inside(*AS_NOBODY, *create)
        with (data / "pg_hba.conf").open("a") as file:
            file.write(f"host all all {NETWORK}0/24 trust\nhost replication all {NETWORK}0/24 trust\n")
        self._run(first)
        first.take_address(ADDRESS)
        with self._connected(ADDRESS, "postgres") as admin:
            admin.execute("CREATE DATABASE vignet")
        self.follow()

    def _run(self, host: Host) -> None:
        options = [f"port={PORT}", "listen_addresses=*", "unix_socket_directories=", "shared_buffers=64MB"]
        options += ["max_connections=200", "hot_standby=on", "wal_keep_size=64MB"]
        flags = [word for option in options for word in ("-c", option)]
        host.runs([*AS_NOBODY, self._bin / "postgres", "-D", host.folder / "data", *flags], PORT)

    def follow(self) -> None:
        """A standby is made anew on the second host, and from then on a commit waits for it."""
        self.second.forget()
        copy = [self._bin / "pg_basebackup", "-h", self.first.address, "-p", PORT, "-U", "vignet", "-R", "-X", "stream"]
        shutil.rmtree(self.second.folder / "data", ignore_errors=True)
        self.second.inside(*AS_NOBODY, *copy, "-c", "fast", "-D", self.second.folder / "data")
        self._run(self.second)
        self.together()

    def together(self) -> None:
        services.wait_until(self._follows, "the standby to follow", 60)
        self._wait_for("*")

    def alone(self) -> None:
        """The one that writes waits for nobody."""
        self._wait_for("")

    def fail_over(self) -> None:
        """The second writes from now on, at the address that all know."""
        self.first, self.second = self.second, self.first
        with self._connected(self.first.address, "postgres") as admin:
            admin.execute("SELECT pg_promote()")
        self.alone()
        self.first.take_address(ADDRESS)

    def return_as_standby(self) -> None:
        """The host that was lost comes back: without the address, and as the one that follows."""
        self.second.forget()
        self.second.drop_address(ADDRESS)
        self.second.come_back()
        self.follow()

    def _wait_for(self, names: str) -> None:
        with self._connected(self.first.address, "postgres") as admin:
            admin.execute(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
            admin.execute("SELECT pg_reload_conf()")

    def _follows(self) -> bool:
        with self._connected(self.first.address, "postgres") as admin:
            found = admin.execute("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'").fetchone()
        return bool(found and found[0])

    def _connected(self, address: str, name: str) -> psycopg.Connection:
        return psycopg.connect(f"postgresql://vignet@{address}:{PORT}/{name}?connect_timeout=5", autocommit=True)
