"""What the web app tells Prometheus: requests, the parts that answer, and how the installation does. Nobody is in it.

Only to who shows the token of VIGNET_METRICS_TOKEN; to all others, and where there is none, there is nothing here. A
server of several processes shares its counts through the folder that PROMETHEUS_MULTIPROC_DIR names.
"""

import hmac
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

import flask
from flask import Blueprint, Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from storage import operation
from storage.base.config import Config
from storage.base.version import VERSION
from storage.operation import Number
from webapp import health
from webapp.context import g
from webapp.extensions import limiter

pages = Blueprint("metrics", __name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
FRESH_S = 600
"""How long the day on which the certificate of the site ends is kept, before it is looked at again."""

MEANINGS = operation.MEANINGS | {
    "vignet_info": "Which version this is.",
    "vignet_part_up": "1 when this part answers.",
    "vignet_disk_free_bytes": "Space on the disk of the data folder.",
    "vignet_tls_expires_seconds": "Until the certificate of the site ends; absent without one.",
}
_COUNTED = CollectorRegistry()
REQUESTS = Counter("vignet_requests", "Requests answered.", ["method", "status"], registry=_COUNTED)
SECONDS = Histogram("vignet_request_seconds", "How long an answer took.", buckets=BUCKETS, registry=_COUNTED)


def register(app: Flask) -> None:
    """Count every request of this app."""

    @app.before_request
    def began() -> None:
        flask.g.began_at = time.perf_counter()

    @app.after_request
    def answered(response: Response) -> Response:
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(method, str(response.status_code)).inc()
        if "began_at" in flask.g:
            SECONDS.observe(time.perf_counter() - flask.g.began_at)
        return response


@pages.get("/metrics")
@limiter.exempt
def tell() -> ResponseReturnValue:
    """All numbers, in the text form of Prometheus."""
    settings: Config = current_app.config["SETTINGS"]
    shown = request.headers.get("Authorization", "").encode("utf-8", "surrogateescape")
    if not settings.metrics_token or not hmac.compare_digest(shown, f"Bearer {settings.metrics_token}".encode()):
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Numbers(list(_numbers(settings))))
    counted = _COUNTED
    if settings.metrics_folder:
        counted = CollectorRegistry()
        MultiProcessCollector(counted, settings.metrics_folder)  # type: ignore[no-untyped-call]  # it has no types
    body = generate_latest(counted) + generate_latest(registry)
    return Response(body, content_type="text/plain; version=0.0.4; charset=utf-8")


class _Numbers(Collector):
    """Numbers of this moment, for the library to write down."""

    def __init__(self, numbers: list[Number]):
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        families: dict[str, GaugeMetricFamily] = {}
        for one in self._numbers:
            labels = sorted(one.labels)
            family = families.setdefault(one.name, GaugeMetricFamily(one.name, MEANINGS[one.name], labels=labels))
            family.add_metric([one.labels[name] for name in labels], one.value)
        yield from families.values()


def _numbers(settings: Config) -> Iterator[Number]:
    parts = health.parts()
    yield Number("vignet_info", 1, {"version": VERSION})
    yield from (Number("vignet_part_up", up, {"part": part}) for part, up in parts.items())
    if (free := operation.free_bytes(settings)) is not None:
        yield Number("vignet_disk_free_bytes", free)
    if left := certificate_left(settings, g.now):
        yield Number("vignet_tls_expires_seconds", left)
    if parts["database"]:
        yield from operation.numbers(g.db, settings, g.now)


def certificate_left(settings: Config, now: datetime) -> float | None:
    """Seconds until the certificate ends that the site shows; None without TLS, or when it shows none that is good."""
    if not settings.origin.startswith("https://"):
        return None
    kept = current_app.extensions.setdefault("vignet-certificate", {})
    if not kept or time.monotonic() - kept["at"] > FRESH_S:
        kept.update(at=time.monotonic(), ends=_certificate_ends(settings.origin))
    ends: float | None = kept["ends"]
    return ends - now.timestamp() if ends else None


def _certificate_ends(origin: str) -> float | None:
    place = urlsplit(origin)
    host = place.hostname or ""
    try:
        with (
            socket.create_connection((host, place.port or 443), timeout=5) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=host) as secret,
        ):
            return float(ssl.cert_time_to_seconds(str((secret.getpeercert() or {})["notAfter"])))
    except (OSError, KeyError):
        return None
