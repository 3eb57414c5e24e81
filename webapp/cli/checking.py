"""`flask check`: each part that an installation needs is tried as it is used, and told in a line: ok, warn or fail.

It changes nothing that stays. What was put in the store is taken away again, and no mail is sent.
"""

import secrets
import shutil
import smtplib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

import click
from limits.storage import storage_from_string
from sqlalchemy import select, text

from storage import set_up
from storage.base import jobs
from storage.base.config import Config, config, counts
from storage.base.database import session_scope
from storage.base.objects import object_store
from storage.exam.recorder_nodes import RecorderNode
from storage.schemes import with_sittings
from webapp import media
from webapp.mail import deliver

PATIENCE_S = 10
LITTLE, TOO_LITTLE = 10, 1
"""Gigabytes free on the disk of the spool: below the first somebody should look, below the second nothing goes on."""
DRIFT_S, WRONG_S = 5, 60
"""Seconds that the clock may be off: a code of a second factor holds half a minute, a signature some minutes."""


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Finding:
    """What was found of one part, in words for whoever runs the machine."""

    part: str
    state: State
    said: str


class Odd(Exception):
    """It works, and somebody should look at it all the same."""


class Wrong(Exception):
    """It does not work; the message says what to do."""


@click.command("check")
def check() -> None:
    """Try every part that this installation needs; exit code 1 when one does not work."""
    found = list(findings(config()))
    for one in found:
        click.echo(f"{one.state:<5} {one.part:<14} {one.said}")
    failed = sum(one.state is State.FAIL for one in found)
    if failed:
        raise click.ClickException(f"{failed} {'onderdeel werkt' if failed == 1 else 'onderdelen werken'} niet.")


def findings(settings: Config) -> Iterator[Finding]:
    """Each part in turn, tried now. No part keeps the next one from being tried."""
    for part, tried in PARTS.items():
        try:
            yield Finding(part, State.OK, tried(settings))
        except Odd as odd:
            yield Finding(part, State.WARN, str(odd))
        except Wrong as wrong:
            yield Finding(part, State.FAIL, str(wrong))
        except Exception as error:
            # Whatever it is, the part does not work. The kind alone, since the words of others may hold a secret.
            yield Finding(part, State.FAIL, f"{HINTS[part]} ({type(error).__name__})")


def _settings(settings: Config) -> str:
    if not settings.production:
        raise Odd("om uit te proberen: voor echte examens hoort VIGNET_ENV=production")
    return f"productie, {settings.origin}"


def _folders(settings: Config) -> str:
    folders = {"VIGNET_DATA": settings.data, "VIGNET_KEYS": settings.keys, "VIGNET_SPOOL": settings.spool}
    for name, folder in folders.items():
        if not folder.is_dir():
            raise Wrong(f"{name}: de map {folder} is er niet")
        try:
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"x")
        except OSError as error:
            raise Wrong(f"{name}: in {folder} kan niet worden geschreven ({error.strerror})") from error
    if settings.keys.stat().st_mode & 0o077:
        raise Odd(f"VIGNET_KEYS: anderen op deze machine kunnen in {settings.keys}; maak de rechten 700")
    return "te lezen en te schrijven"


def _disk(settings: Config) -> str:
    free = min(shutil.disk_usage(folder).free for folder in (settings.data, settings.spool)) / 1e9
    said = f"{free:.1f} GB vrij"
    if free < TOO_LITTLE:
        raise Wrong(f"{said}: er kan niets meer worden opgenomen")
    if free < LITTLE:
        raise Odd(f"{said}: een examen is tot een halve GB")
    return said


def _database(settings: Config) -> str:
    # Here, since Alembic takes half a second to load.
    from storage.base import migrate

    with session_scope(writes=False) as session:
        session.scalar(select(text("1")))
    if behind := migrate.behind(settings.database_url):
        raise Wrong(f"{behind} stappen achter: doe `flask --app webapp upgrade`")
    return urlsplit(settings.database_url).scheme.partition("+")[0]


def _set_up(settings: Config) -> str:
    with session_scope(writes=False) as session:
        missing = set_up.missing(session, datetime.now(UTC))
    if missing:
        told = f"er ontbreekt: {', '.join(missing)}; doe `flask --app webapp setup` en `schemes add`"
        raise Wrong(told) if settings.production else Odd(told)
    return "wie de examens houdt, medewerkers en reglementen zijn er"


def _queue(_settings: Config) -> str:
    with jobs.celery.connection_for_read() as connection:
        connection.ensure_connection(max_retries=1, timeout=PATIENCE_S)
    answers = jobs.celery.control.inspect(timeout=2).active_queues() or {}
    there = {queue["name"] for worker in answers.values() for queue in worker}
    if without := sorted(set(jobs.Queue) - there):
        raise Wrong(f"er is geen worker voor {', '.join(without)}")
    return f"{len(answers)} workers"


def _limits(settings: Config) -> str:
    if not counts(settings.rate_limit_storage):
        raise Odd(
            "elk proces telt voor zichzelf wie te vaak iets probeert; noem een Valkey in VIGNET_RATE_LIMIT_STORAGE"
        )
    options = {"socket_connect_timeout": PATIENCE_S, "socket_timeout": PATIENCE_S}
    if not storage_from_string(settings.rate_limit_storage, **options).check():
        raise Wrong("de tellers van pogingen geven geen antwoord; kijk VIGNET_RATE_LIMIT_STORAGE na")
    return "alle processen tellen samen wie te vaak iets probeert"


def _recorders(_settings: Config) -> str:
    now = datetime.now(UTC)
    with session_scope(writes=False) as session:
        nodes = session.scalars(select(RecorderNode).order_by(RecorderNode.name))
        alive = [one.name for one in nodes if one.alive(now)]
    if not alive:
        raise Wrong("geen enkele opnameserver meldt zich")
    return ", ".join(alive)


def _store(_settings: Config) -> str:
    with _in_store() as (key, content):
        part = b"".join(object_store().read(key, (100, 199)))
        if part != content[100:200]:
            raise Wrong("de objectopslag geeft niet het stuk dat is gevraagd")
    if object_store().size(key) is not None:
        raise Wrong("wat is verwijderd, is er nog")
    return "schrijven, lezen, een stuk lezen en verwijderen"


def _edge(settings: Config) -> str:
    with _in_store() as (key, content):
        address = f"{settings.origin}/media/proef/{media.proof_token(key)}"
        request = urllib.request.Request(address, headers={"Range": "bytes=100-199"})  # noqa: S310 (an own setting)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
                status, part = answer.status, answer.read(len(content) + 1)
        except urllib.error.HTTPError as error:
            raise Wrong(f"{settings.origin} geeft {error.code} voor wat in de objectopslag staat") from error
    if (status, part) != (206, content[100:200]):
        raise Wrong(f"{settings.origin} geeft niet het stuk dat is gevraagd ({status}, {len(part)} bytes)")
    return f"een stuk uit de objectopslag, door {settings.origin}"


class _in_store:
    """Something that is in the store for as long as this lasts: its key and content."""

    def __enter__(self) -> tuple[str, bytes]:
        self._key, content = f"{media.PROOF}{secrets.token_hex(16)}", secrets.token_bytes(1000)
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            object_store().put_file(self._key, Path(file.name))
        return self._key, content

    def __exit__(self, *_: object) -> None:
        object_store().delete(self._key)


def _clock(settings: Config) -> str:
    request = urllib.request.Request(settings.s3_endpoint, method="HEAD")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            said = answer.headers["Date"]
    except urllib.error.HTTPError as error:
        said = error.headers["Date"]
    if not said:
        raise Odd("de objectopslag zegt niet hoe laat het is; er is niets om mee te vergelijken")
    off = abs((datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds())
    told = f"{off:.0f} s verschil met de objectopslag"
    if off > WRONG_S:
        raise Wrong(f"{told}: handtekeningen en codes gelden dan niet; zet de klok gelijk (NTP)")
    if off > DRIFT_S:
        raise Odd(f"{told}: zet de klok gelijk (NTP)")
    return told


def _mail(settings: Config) -> str:
    target = urlsplit(settings.mail_url)
    if target.scheme == "file":
        raise Odd(f"mail komt als bestand in {target.path}, en bij niemand aan")
    try:
        with deliver.connected(target) as server:
            server.noop()
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        told = f"{target.hostname} neemt geen mail aan ({type(error).__name__}); kijk VIGNET_MAIL_URL na"
        raise Wrong(told) from error
    return f"{target.hostname} neemt mail aan"


def _turn(settings: Config) -> str:
    given = [one["urls"] for one in settings.ice_servers]
    urls = [url for one in given for url in ([one] if isinstance(one, str) else one)]
    places = [place for place in map(_udp_place, urls) if place]
    if not places:
        raise Odd("er is geen STUN- of TURN-server: achter strenge firewalls lukt live opnemen dan niet")
    if silent := sorted({f"{host}:{port}" for host, port in places if not _answers_stun(host, port)}):
        raise Odd(f"geen antwoord over UDP van {', '.join(silent)}")
    return f"{len(places)} antwoorden"


def _udp_place(url: str) -> tuple[str, int] | None:
    """Host and port of an address of STUN or TURN over UDP; None for one over TCP or TLS."""
    scheme, _, rest = url.partition(":")
    place, _, query = rest.partition("?")
    if scheme.lower() not in ("stun", "turn") or "transport=tcp" in query.lower():
        return None
    host, _, port = place.rpartition(":") if ":" in place.rpartition("]")[2] else (place, "", "")
    return host.strip("[]"), int(port or 3478)


def _answers_stun(host: str, port: int) -> bool:
    """True when a Binding request (RFC 8489) is answered with a success response to this very request."""
    transaction = secrets.token_bytes(12)
    asked = struct.pack("!HHI", 0x0001, 0, 0x2112A442) + transaction
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.settimeout(2)
            for _try in range(3):
                probe.sendto(asked, address)
                try:
                    answer = probe.recv(1500)
                except TimeoutError:
                    continue
                return answer[:2] == b"\x01\x01" and answer[8:20] == transaction
    except OSError:
        return False
    return False


def _ffmpeg(_settings: Config) -> str:
    # The recorder's package knows which ffmpeg it is; no page may import it.
    command = [sys.executable, "-m", "recorder.media.ffmpeg"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if told.returncode:
        raise Wrong("ffmpeg start niet; kijk VIGNET_FFMPEG na")
    return told.stdout.strip()


def _speech(settings: Config) -> str:
    """An aid: where it cannot work it is a warning at most, and without a model it is simply off."""
    if settings.transcribe_model is None:
        with session_scope(writes=False) as session:
            asking = [one for one in with_sittings(session) if (it := one.content.assessment) and it.transcript]
            named = [f"{one.content.name}, versie {one.number}" for one in asking]
        if named:
            raise Odd(f"uit, maar het reglement van {named[0]}, vraagt erom; zet VIGNET_TRANSCRIBE_MODEL")
        return "uit, want er is geen VIGNET_TRANSCRIBE_MODEL"
    command = [sys.executable, "-m", "recorder.media.speech", str(settings.transcribe_model)]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if told.returncode:
        raise Odd(f"antwoorden worden niet uitgeschreven: {''.join(told.stderr.strip().splitlines()[-1:])}")
    return told.stdout.strip()


PARTS: dict[str, Callable[[Config], str]] = {
    "instellingen": _settings,
    "mappen": _folders,
    "schijf": _disk,
    "database": _database,
    "inrichting": _set_up,
    "wachtrij": _queue,
    "tellers": _limits,
    "opnameservers": _recorders,
    "objectopslag": _store,
    "voordeur": _edge,
    "klok": _clock,
    "mail": _mail,
    "turn": _turn,
    "ffmpeg": _ffmpeg,
    "uitschrijven": _speech,
}
HINTS = {
    "instellingen": "kijk de instellingen na",
    "mappen": "kijk VIGNET_DATA, VIGNET_KEYS en VIGNET_SPOOL na",
    "schijf": "kijk VIGNET_DATA en VIGNET_SPOOL na",
    "database": "de database geeft geen antwoord; kijk VIGNET_DATABASE_URL na",
    "inrichting": "de database geeft geen antwoord",
    "wachtrij": "de wachtrij geeft geen antwoord; kijk VIGNET_BROKER_URL na",
    "tellers": "de tellers van pogingen geven geen antwoord; kijk VIGNET_RATE_LIMIT_STORAGE na",
    "opnameservers": "de database geeft geen antwoord",
    "objectopslag": "de objectopslag geeft geen antwoord; kijk VIGNET_S3_ENDPOINT en de sleutels na",
    "voordeur": "de site geeft geen antwoord; kijk VIGNET_ORIGIN na",
    "klok": "de objectopslag geeft geen antwoord",
    "mail": "kijk VIGNET_MAIL_URL na",
    "turn": "kijk VIGNET_ICE_SERVERS na",
    "ffmpeg": "kijk VIGNET_FFMPEG na",
    "uitschrijven": "de database geeft geen antwoord, of kijk VIGNET_TRANSCRIBE_MODEL na",
}
"""What to look at when a part fails in a way that nobody thought of."""
