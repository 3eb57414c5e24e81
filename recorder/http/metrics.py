"""Metrics of one recorder process for Prometheus: numbers, and nobody's name.

Only to who shows the token of VIGNET_METRICS_TOKEN; to all others, and where there is none, there is nothing here.
"""

import hmac
import time
from collections.abc import Callable, Mapping

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

MEANINGS = {
    "capacity": "Sittings that this recorder takes at once.",
    "live_sessions": "Live sessions that go on now.",
    "open_answers": "Answers that have begun and are not complete.",
    "unsafe_answers": "Complete answers that the object store has not confirmed.",
    "draining": "1 while no new answers are taken.",
    "spool_free_bytes": "Space on the disk of the spool.",
}
ROADS = ("whip", "slices")
"""What is counted apart: the first name of the path below the recorder's own."""
LOSSES = (0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)
"""Up to a twentieth what is sent again fills the holes; the alarm of docker/monitoring asks for that one."""
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def may_ask(request: web.Request, token: str) -> bool:
    """True when the request shows the token."""
    shown = request.headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
    return bool(token) and hmac.compare_digest(shown, f"Bearer {token}".encode())


class Metrics:
    """The numbers of the recorder called `node`; `ask` answers one for each meaning."""

    def __init__(self, node: str, ask: Callable[[], Mapping[str, float]], token: str) -> None:
        self._ask, self._token, self._node = ask, token, node
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._gauges = {
            name: Gauge(f"vignet_recorder_{name}", meaning, ["node"], registry=self._registry).labels(node)
            for name, meaning in MEANINGS.items()
        }
        counted = ["node", "road", "status"]
        self._requests = Counter(
            "vignet_recorder_requests", "Requests answered, refusals too.", counted, registry=self._registry
        )
        self._seconds = Histogram(
            "vignet_recorder_slice_seconds",
            "From the first byte of a slice until it was acknowledged.",
            ["node"],
            buckets=BUCKETS,
            registry=self._registry,
        )

        self._losses = Histogram(
            "vignet_recorder_session_loss_ratio",
            "Share of the RTP packets of one stream of one session that the road lost, before they were sent again.",
            ["node", "kind"],
            buckets=LOSSES,
            registry=self._registry,
        )

    def lost(self, kind: str, share: float) -> None:
        """Count a session that ended: `share` (0 to 1) of the packets of its "audio" or "video" were lost."""
        self._losses.labels(self._node, kind).observe(share)

    def counting(self) -> Middleware:
        """Counts each request by its road and how it ended, and how long slices took."""

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            road = next((one for one in ROADS if f"/{one}/" in request.path), "")
            began, status = time.perf_counter(), 500
            try:
                answer = await handler(request)
                status = answer.status
                return answer
            except web.HTTPException as refused:
                status = refused.status
                raise
            finally:
                if road:
                    self._requests.labels(self._node, road, str(status)).inc()
                if road == "slices" and request.method == hdrs.METH_PUT and status < 400:
                    self._seconds.labels(self._node).observe(time.perf_counter() - began)

        return count

    async def tell(self, request: web.Request) -> web.Response:
        """The endpoint."""
        if not may_ask(request, self._token):
            raise web.HTTPNotFound
        for name, value in self._ask().items():
            self._gauges[name].set(value)
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": "text/plain; version=0.0.4"})
