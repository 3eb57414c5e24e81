"""What happens to which host while everybody answers, one row after another."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from machines.databases import ADDRESS, NOTICED_S
from machines.installation import Installation

AWAY_S = 20
"""How long a host stays away: longer than what is left of the answer."""
EARLY_S, AT_WORK_S = 6.0, 2.0
"""Into the answer; and after its last word, when films are made."""


@dataclass(frozen=True)
class Row:
    """One mishap. `happens` lets it happen and returns when everything is there again.

    `after_s`: so long after the first candidate began to speak, or, when `late`, after the last of them has ended.
    """

    name: str
    what: str
    happens: Callable[[Installation], None] = lambda _: None
    after_s: float = EARLY_S
    late: bool = False


def lose(name: str, installation: Installation) -> None:
    host = installation.hosts[name]
    host.lose()
    time.sleep(AWAY_S)
    host.come_back()


def fail_over(installation: Installation) -> None:
    """The host with the database is lost, and comes back as the standby."""
    databases = installation.databases
    databases.first.lose()
    time.sleep(NOTICED_S)
    databases.fail_over()
    time.sleep(AWAY_S)
    databases.return_as_standby()


def lose_standby(installation: Installation) -> None:
    """A commit waits for it, until somebody is certain that it is gone."""
    databases = installation.databases
    databases.second.lose()
    time.sleep(NOTICED_S)
    databases.alone()
    time.sleep(AWAY_S)
    databases.second.come_back()
    databases.together()


def split(name: str, other: str, installation: Installation) -> None:
    address = ADDRESS if other == "database" else installation.hosts[other].address
    host = installation.hosts[name]
    host.split_from(address)
    time.sleep(AWAY_S)
    host.join(address)


def _host(name: str, what: str, late: bool = False) -> Row:
    return Row(name, what, partial(lose, name), AT_WORK_S if late else EARLY_S, late)


ROWS = [
    Row("nothing", "nothing happens"),
    _host("edge", "the edge"),
    _host("web-1", "a web app"),
    _host("web-2", "the other web app"),
    _host("recorder-1", "a recorder"),
    _host("recorder-2", "the other recorder"),
    _host("media-1", "a media worker, at work", late=True),
    _host("office", "the worker of the office"),
    _host("beat", "beat, which rings again", late=True),
    _host("sealer", "the sealer of the audit log"),
    _host("media-2", "the other media worker, at work", late=True),
    _host("broker", "the broker (Valkey)"),
    _host("balancer", "the way to the object store"),
    _host("store-1", "a store of three"),
    _host("store-2", "another store", late=True),
    _host("store-3", "the third store"),
    Row("database", f"the database; the standby writes {NOTICED_S} s later, at the same address", fail_over),
    Row("standby", f"the standby; the database goes on alone {NOTICED_S} s later", lose_standby),
    Row("recorder-store", "no road between a recorder and the store", partial(split, "recorder-1", "balancer")),
    Row("recorder-database", "no road between a recorder and the database", partial(split, "recorder-2", "database")),
]
"""Twenty: two exams of ten situations."""
