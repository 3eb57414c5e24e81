"""Metrics of one recorder process for Prometheus: numbers, and nobody's name.

Only to who shows the token of VIGNET_METRICS_TOKEN; to all others, and where there is none, there is nothing here.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

_MEANINGS = {
    "capacity": "Sittings that this recorder takes at once.",
    "live_sessions": "Live sessions that go on now.",
    "open_answers": "Answers that have begun and are not complete.",
    "unsafe_answers": "Complete answers that the object store has not confirmed.",
    "draining": "1 while no new answers are taken.",
    "spool_free_bytes": "Space on the disk of the spool.",
}


def may_ask(request: web.Request, token: str) -> bool:
    """True when the request shows the token."""
    shown = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
    return bool(token) and hmac.compare_digest(shown, f"Bearer {token}".encode())


def of(
    node: str, ask: Callable[[], Mapping[str, float]], token: str
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The endpoint that tells the numbers of the recorder called `node`; `ask` answers one for each meaning."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    gauges = {
        name: Gauge(f"vignet_recorder_{name}", meaning, ["node"], registry=registry).labels(node)
        for name, meaning in _MEANINGS.items()
    }

    async def tell(request: web.Request) -> web.Response:
        if not may_ask(request, token):
            raise web.HTTPNotFound
        for name, value in ask().items():
            gauges[name].set(value)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})

    return tell
