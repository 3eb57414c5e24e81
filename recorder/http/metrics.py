"""Metrics of one recorder process for Prometheus: numbers, and nobody's name."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

_MEANINGS = {
    "capacity": "Sittings that this recorder takes at once.",
    "live_sessions": "Live sessions that go on now.",
    "open_answers": "Answers that have begun and are not complete.",
    "unsafe_answers": "Complete answers that the object store has not confirmed.",
    "draining": "1 while no new answers are taken.",
    "spool_free_bytes": "Space on the disk of the spool.",
}


def of(node: str, ask: Callable[[], Mapping[str, float]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    """The endpoint that tells the numbers of the recorder called `node`; `ask` answers one for each meaning."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    gauges = {
        name: Gauge(f"vignet_recorder_{name}", meaning, ["node"], registry=registry).labels(node)
        for name, meaning in _MEANINGS.items()
    }

    async def tell(_request: web.Request) -> web.Response:
        for name, value in ask().items():
            gauges[name].set(value)
        return web.Response(body=generate_latest(registry), headers={"Content-Type": "text/plain; version=0.0.4"})

    return tell
