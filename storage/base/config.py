"""Configuration: the only place that reads environment variables.

Each variable is described in `.env.example`, which is the manual. Without any variable set, the defaults describe one
machine whose ports all follow from VIGNET_PORT. A secret may also come from a file, named by `<VARIABLE>_FILE`.
"""

import base64
import hashlib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from storage.base.json_values import loads, mapping

DEVELOPMENT_SECRET = "only-for-development"  # noqa: S105 (production refuses it)
WITHHELD = frozenset(("SECRET_KEY", "MASTER_KEY", "S3_SECRET_KEY"))
"""Secrets that a part may be started without, since it never uses them (VIGNET_WITHOUT)."""


Secret = TypeVar("Secret", str, bytes)

ALONE = "memory://"
"""Where a process keeps counters for itself."""


class ConfigError(Exception):
    """A setting is missing, malformed or unsafe; the message says which variable and what to do."""


@dataclass(frozen=True)
class Config:
    """All settings. Sizes in bytes, times in seconds, paths absolute."""

    production: bool
    origin: str
    data: Path
    database_url: str
    broker_url: str
    secret_key: str
    master_key: bytes
    other_master_key: bytes | None
    backup_key: bytes | None
    audit_key: bytes | None
    audit_folder: Path
    audit_bucket: str
    audit_mail: str
    operator_mail: str
    s3_endpoint: str
    s3_public_endpoint: str
    s3_region: str
    s3_bucket: str
    s3_access_key: str
    s3_secret_key: str
    media_mode: str
    keys: Path
    spool: Path
    web_listen: str
    recorder_listen: str
    recorder_name: str
    recorder_url: str
    recorder_capacity: int
    recorder_patience_s: int
    recorder_origins: tuple[str, ...]
    recorder_addresses: tuple[str, ...]
    recorder_udp_ports: tuple[int, int] | None
    recorder_private_peers: bool
    ice_servers: tuple[Mapping[str, Any], ...]
    turn_secret: str
    logs: str
    metrics_token: str
    metrics_folder: str
    whip: bool
    ffmpeg: str | None
    transcribe_model: Path | None
    mail_url: str
    mail_tls: bool
    mail_sender: str
    rate_limit_storage: str
    second_factor: bool


def read(env: Mapping[str, str]) -> Config:
    """Read all settings from `env`.

    Raises ConfigError when a value cannot be used, or when VIGNET_ENV=production meets a default secret, plain http,
    or a database that only one machine can reach.
    """

    def text(name: str, default: str = "") -> str:
        file = env.get(f"{name}_FILE")
        if file:
            try:
                return Path(file).read_text().strip()
            except OSError as error:
                raise ConfigError(f"{name}_FILE: {file} cannot be read ({error.strerror}).") from error
        return env.get(name) or default

    def secret(name: str, default: str) -> str:
        if name.removeprefix("VIGNET_") in without:
            return ""
        # `make run` makes secrets of its own in the data folder; a command typed beside it must find them too.
        kept = data / "secrets" / name.removeprefix("VIGNET_").lower()
        return text(name) or (kept.read_text().strip() if kept.exists() else default)

    def number(name: str, default: int) -> int:
        try:
            return int(text(name, str(default)))
        except ValueError as error:
            raise ConfigError(f"{name}: a whole number is needed, not {text(name)!r}.") from error

    def choice(name: str, options: tuple[str, ...]) -> str:
        value = text(name, options[0])
        if value not in options:
            raise ConfigError(f"{name}: choose one of {', '.join(options)}, not {value!r}.")
        return value

    without = frozenset(one.strip() for one in text("VIGNET_WITHOUT").split(",") if one.strip())
    if unknown := without - WITHHELD:
        raise ConfigError(f"VIGNET_WITHOUT: only {', '.join(sorted(WITHHELD))} can be left out, not {min(unknown)}.")
    data = Path(text("VIGNET_DATA", "var")).absolute()
    port = number("VIGNET_PORT", 8000)
    origin = text("VIGNET_ORIGIN", f"http://localhost:{port}").rstrip("/")
    password = secret("VIGNET_BROKER_PASSWORD", "")
    account = f":{quote(password, safe='')}@" if password else ""
    broker = text("VIGNET_BROKER_URL", f"redis://{account}127.0.0.1:{port + 7}/0")
    endpoint = text("VIGNET_S3_ENDPOINT", f"http://127.0.0.1:{port + 3}")
    production = choice("VIGNET_ENV", ("development", "production")) == "production"
    config = Config(
        production=production,
        origin=origin,
        data=data,
        database_url=text("VIGNET_DATABASE_URL", f"sqlite:///{data / 'vignet.sqlite'}"),
        broker_url=broker,
        secret_key=secret("VIGNET_SECRET_KEY", DEVELOPMENT_SECRET),
        master_key=b"" if "MASTER_KEY" in without else _key("VIGNET_MASTER_KEY", secret("VIGNET_MASTER_KEY", "")),
        other_master_key=_key("VIGNET_MASTER_KEY_OTHER", given)
        if "MASTER_KEY" not in without and (given := text("VIGNET_MASTER_KEY_OTHER"))
        else None,
        backup_key=_key("VIGNET_BACKUP_KEY", given) if (given := secret("VIGNET_BACKUP_KEY", "")) else None,
        # Never looked for in the data folder: only the sealer is told where it is.
        audit_key=_key("VIGNET_AUDIT_KEY", given) if (given := text("VIGNET_AUDIT_KEY")) else None,
        audit_folder=Path(text("VIGNET_AUDIT_FOLDER", str(data / "audit"))).absolute(),
        audit_bucket=text("VIGNET_AUDIT_BUCKET", text("VIGNET_S3_BUCKET", "vignet")),
        audit_mail=text("VIGNET_AUDIT_MAIL"),
        operator_mail=text("VIGNET_OPERATOR_MAIL"),
        s3_endpoint=endpoint,
        s3_public_endpoint=text("VIGNET_S3_PUBLIC_ENDPOINT", endpoint),
        s3_region=text("VIGNET_S3_REGION", "us-east-1"),
        s3_bucket=text("VIGNET_S3_BUCKET", "vignet"),
        s3_access_key=text("VIGNET_S3_ACCESS_KEY", "exam:app"),
        s3_secret_key=secret("VIGNET_S3_SECRET_KEY", DEVELOPMENT_SECRET),
        media_mode=choice("VIGNET_MEDIA_MODE", ("accel", "redirect")),
        keys=Path(text("VIGNET_KEYS", str(data / "keys"))).absolute(),
        spool=Path(text("VIGNET_SPOOL", str(data / "spool"))).absolute(),
        web_listen=text("VIGNET_WEB_LISTEN", f"127.0.0.1:{port + 1}"),
        recorder_listen=text("VIGNET_RECORDER_LISTEN", f"127.0.0.1:{port + 2}"),
        recorder_name=text("VIGNET_RECORDER_NAME", "recorder-1"),
        recorder_url=text("VIGNET_RECORDER_URL", f"{origin}/recorder").rstrip("/"),
        recorder_capacity=number("VIGNET_RECORDER_CAPACITY", 100),
        recorder_patience_s=number("VIGNET_RECORDER_PATIENCE", 300 if production else 5),
        recorder_origins=_origins(text("VIGNET_RECORDER_ORIGINS")),
        recorder_addresses=tuple(a.strip() for a in text("VIGNET_RECORDER_ADDRESSES").split(",") if a.strip()),
        recorder_udp_ports=_ports(text("VIGNET_RECORDER_UDP_PORTS")),
        recorder_private_peers=choice("VIGNET_RECORDER_PRIVATE_PEERS", ("off", "on") if production else ("on", "off"))
        == "on",
        ice_servers=_ice_servers(text("VIGNET_ICE_SERVERS", "[]")),
        logs=choice("VIGNET_LOGS", ("json", "text") if production else ("text", "json")),
        metrics_token=secret("VIGNET_METRICS_TOKEN", ""),
        # Named by the library that writes there, in each process of one server.
        metrics_folder=text("PROMETHEUS_MULTIPROC_DIR"),
        turn_secret=secret("VIGNET_TURN_SECRET", ""),
        whip=choice("VIGNET_WHIP", ("on", "off")) == "on",
        ffmpeg=text("VIGNET_FFMPEG") or None,
        transcribe_model=Path(given).absolute() if (given := text("VIGNET_TRANSCRIBE_MODEL")) else None,
        mail_url=_mail_url(text("VIGNET_MAIL_URL", f"file://{data / 'mail'}")),
        mail_tls=choice("VIGNET_MAIL_TLS", ("on", "off") if production else ("off", "on")) == "on",
        mail_sender=text("VIGNET_MAIL_SENDER", "Vignet <vignet@example.invalid>"),
        # RabbitMQ keeps messages and no counters; a process then counts for itself.
        rate_limit_storage=text("VIGNET_RATE_LIMIT_STORAGE", broker if counts(broker) else ALONE),
        second_factor=choice("VIGNET_SECOND_FACTOR", ("on", "off") if production else ("off", "on")) == "on",
    )
    if not config.turn_secret and any(is_turn(server) and "credential" not in server for server in config.ice_servers):
        raise ConfigError(
            "VIGNET_TURN_SECRET: a TURN server without a credential of its own needs the secret it shares."
        )
    if production:
        _refuse_unsafe(config)
    return config


@cache
def config() -> Config:
    """The settings of this process, read once from its environment.

    What `make run` was started with counts for a command that is typed beside it, where that says nothing else.
    """
    return read({**_beside(Path(os.environ.get("VIGNET_DATA") or "var")), **os.environ})


def needed(value: Secret, name: str) -> Secret:
    """A secret that is about to be used. Raises ConfigError where this process was started without it."""
    if not value:
        raise ConfigError(f"{name}: this part was started without it (VIGNET_WITHOUT), and needs it.")
    return value


def _beside(data: Path) -> dict[str, str]:
    try:
        told: dict[str, str] = mapping(loads((data / "run" / "settings.json").read_text()))
        return told
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"VIGNET_DATA: {data}/run/settings.json cannot be read ({error}).") from error


def _inside(listen: str) -> bool:
    """True when only this machine or a private network can reach host:port."""
    try:
        address = ipaddress.ip_address(listen.rpartition(":")[0].strip("[]") or "127.0.0.1")
    except ValueError:
        return listen.startswith("localhost:")
    return address.is_private and not address.is_unspecified


def _key(name: str, text: str) -> bytes:
    if not text:
        return hashlib.sha256(DEVELOPMENT_SECRET.encode()).digest()
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ConfigError(f"{name}: base64 of 32 random bytes is needed.") from error
    if len(key) != 32:
        raise ConfigError(f"{name}: 32 bytes are needed, this one has {len(key)}.")
    return key


def _origins(text: str) -> tuple[str, ...]:
    found = tuple(one.strip().rstrip("/") for one in text.split(",") if one.strip())
    for one in found:
        if not re.fullmatch(r"https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?", one):
            raise ConfigError(
                f"VIGNET_RECORDER_ORIGINS: addresses such as https://*.example.org are needed, not {one!r}."
            )
    return found


def _ports(text: str) -> tuple[int, int] | None:
    if not text:
        return None
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit() and 1024 <= int(low) < int(high) <= 65535):
        raise ConfigError(f"VIGNET_RECORDER_UDP_PORTS: a range such as 40000-49999 is needed, not {text!r}.")
    return int(low), int(high)


def _ice_servers(text: str) -> tuple[Mapping[str, Any], ...]:
    try:
        servers = loads(text)
    except ValueError:
        servers = None
    if not (isinstance(servers, list) and all(isinstance(server, dict) and "urls" in server for server in servers)):
        raise ConfigError('VIGNET_ICE_SERVERS: a JSON list such as [{"urls": "turn:…"}] is needed.')
    return tuple(servers)


def counts(address: str) -> bool:
    """True when several processes can keep counters together at this address: it is a Valkey or a Redis."""
    return urlsplit(address).scheme in ("redis", "rediss", "redis+sentinel", "redis+cluster")


def _mail_url(text: str) -> str:
    target = urlsplit(text)
    if target.scheme not in ("file", "smtp", "smtps") or (target.scheme != "file" and not target.hostname):
        # The value itself may hold a password.
        raise ConfigError("VIGNET_MAIL_URL: file:///folder, smtp://host:587 or smtps://host:465 is needed.")
    return text


def is_turn(server: Mapping[str, Any]) -> bool:
    """True when any address of this ICE server is one of TURN."""
    urls = [server["urls"]] if isinstance(server["urls"], str) else server["urls"]
    return any(str(url).lower().startswith(("turn:", "turns:")) for url in urls)


def _refuse_unsafe(config: Config) -> None:
    for name, value in (("VIGNET_SECRET_KEY", config.secret_key), ("VIGNET_S3_SECRET_KEY", config.s3_secret_key)):
        if value == DEVELOPMENT_SECRET:
            raise ConfigError(f"{name}: production needs a secret of its own.")
    if config.master_key == _key("", ""):
        raise ConfigError("VIGNET_MASTER_KEY: production needs a key of its own.")
    if not config.origin.startswith("https://"):
        raise ConfigError("VIGNET_ORIGIN: production needs https.")
    if not config.mail_tls:
        raise ConfigError("VIGNET_MAIL_TLS: production needs it on, since mails hold links that open accounts.")
    if not config.second_factor:
        raise ConfigError("VIGNET_SECOND_FACTOR: production needs a second factor for staff.")
    if config.database_url.startswith("sqlite"):
        raise ConfigError("VIGNET_DATABASE_URL: production needs PostgreSQL.")
    if any(is_turn(server) and "credential" in server for server in config.ice_servers):
        raise ConfigError(
            "VIGNET_ICE_SERVERS: in production TURN has no password for all: leave username and credential out, "
            "and set VIGNET_TURN_SECRET."
        )
    if not _inside(config.recorder_listen):
        raise ConfigError(
            "VIGNET_RECORDER_LISTEN: production needs the recorder behind the edge, on 127.0.0.1 or on an address of a "
            f"private network, not on {config.recorder_listen!r}."
        )
