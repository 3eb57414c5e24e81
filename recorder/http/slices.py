"""Slices: how a browser hands over, piece by piece and as often as it takes, what it has recorded itself.

POST …/opening says that there will be some, PUT keeps one slice, GET says which are here, POST …/closing says that
these were all. A slice is acknowledged, with its hash, when it is on the disk. The ticket is that of the live road, but
lives on for a day after the take was closed: a line that was away may come back, and what was recorded in time may
still be told.
"""

import asyncio
import base64
import hashlib
import re
import uuid
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

from aiohttp import web

from recorder.http.auth import Authenticator, unavailable
from recorder.http.completion import Answers
from recorder.spool.group_commit import Disk
from recorder.spool.manifest import Manifest
from recorder.spool.slice_spool import Different, Listing, Run, runs
from recorder.spool.spool import Spool
from recorder.spool.tickets import Ticket

LARGEST = 8 * 1024 * 1024
"""Bytes of one slice; a page sends about 300 kB."""
MOST_BYTES_PER_S = 1_000_000
"""Bytes that one recording may bring for each second that it may last: five times what a page is told to record."""
MOST_PER_S = 4
"""Slices that one recording may have for each second that it may last."""
LONGEST_MANIFEST = 16 * 1024

_DIGEST = re.compile(r"(?:^|[ ,])sha-256=:([A-Za-z0-9+/]{43}=):")


class Slices:
    """The endpoint, below the path `root`."""

    def __init__(self, spool: Spool, answers: Answers, authenticator: Authenticator, root: str = "/recorder") -> None:
        self._spool, self._answers, self._authenticator, self._root = spool, answers, authenticator, root
        self._disk = Disk()
        self.draining = False  # only answers that have begun here are taken
        self._locks: WeakValueDictionary[uuid.UUID, asyncio.Lock] = WeakValueDictionary()

    def routes(self) -> list[web.RouteDef]:
        recording, one = (
            f"{self._root}/slices/{{recording}}",
            rf"{self._root}/slices/{{recording}}/{{number:\d{{1,6}}}}",
        )
        return [
            web.put(one, self.put),
            web.get(recording, self.listing),
            web.post(f"{recording}/opening", self.open),
            web.post(f"{recording}/closing", self.close),
            web.options(f"{recording}{{rest:.*}}", self.options),
        ]

    async def options(self, _request: web.Request) -> web.Response:
        return web.Response(status=204)

    async def listing(self, request: web.Request) -> web.Response:
        """Which slices are here, and which rows of them the object store has confirmed."""
        ticket = await self._authenticator.admit(request)
        return web.json_response(_told(ticket, await self._listing(ticket)))

    async def open(self, request: web.Request) -> web.Response:
        """The page records by itself and will send what it has: the live road alone is not the whole answer."""
        ticket = await self._appendable(request)
        async with self._lock(ticket):
            try:
                await asyncio.to_thread(self._spool.slices.open, ticket.recording)
            except OSError as error:
                raise _full() from error
        self._answers.slices_will_come(ticket.recording)
        return web.json_response({})

    async def put(self, request: web.Request) -> web.Response:
        """Keep one slice: 201 when it is new, 200 when it was here, both only once it is on the disk."""
        ticket = await self._appendable(request, often=True)
        number = int(request.match_info["number"])
        if number >= MOST_PER_S * ticket.longest_s:
            raise _too_large(f"A recording has no slice {number}.")
        if any(number in run for run in _kept(ticket)):
            raise web.HTTPConflict(text=f"Slice {number} is in the object store already.")
        digest = _DIGEST.search(request.headers.get("Content-Digest", ""))
        if digest is None:
            raise web.HTTPBadRequest(text="Content-Digest with sha-256 is needed (RFC 9530).")
        data = await _body(request, LARGEST)
        found = hashlib.sha256(data)
        if base64.b64decode(digest[1]) != found.digest():
            raise web.HTTPUnprocessableEntity(text="The body is not what Content-Digest says.")
        if not data:
            raise web.HTTPBadRequest(text="A slice holds something.")
        if not self._spool.has_space:
            raise _full()
        if self.draining and not self._spool.folder(ticket.recording).exists():
            raise unavailable("This recorder takes no new answers.")
        async with self._lock(ticket):
            try:
                new = await self._disk.do(partial(self._keep, ticket, number, data, found.hexdigest()))
            except Different as error:
                raise web.HTTPConflict(text=str(error)) from error
            except OSError as error:
                request.app.logger.error("slice %d of %s cannot be kept: %s", number, ticket.recording, error)
                raise _full() from error
        if new:
            self._answers.slice_came(ticket.recording)
        answer = {"number": number, "size": len(data), "sha256": found.hexdigest()}
        return web.json_response(answer, status=201 if new else 200)

    async def close(self, request: web.Request) -> web.Response:
        """The page has ended: how many slices there are. Answers which of them are still missing."""
        ticket = await self._appendable(request)
        try:
            manifest = Manifest.read(await _body(request, LONGEST_MANIFEST))
        except (ValueError, RecursionError) as error:
            raise web.HTTPBadRequest(text=f"This is no manifest: {error}") from error
        if manifest.count > MOST_PER_S * ticket.longest_s:
            raise _too_large("A recording has not so many slices.")
        async with self._lock(ticket):
            try:
                await asyncio.to_thread(self._spool.slices.close, ticket.recording, manifest)
            except Different as error:
                raise web.HTTPConflict(text=str(error)) from error
            except OSError as error:
                raise _full() from error
            listing = await self._listing(ticket)
        self._answers.manifest_came(ticket.recording, listing.complete)
        return web.json_response(_told(ticket, listing))

    async def _appendable(self, request: web.Request, often: bool = False) -> Ticket:
        ticket = await self._authenticator.admit(request, often)
        if not ticket.takes_slices:
            raise web.HTTPGone(text="This recording was closed too long ago.")
        return ticket

    def _keep(self, ticket: Ticket, number: int, data: bytes, sha256: str) -> bool:
        slices = self._spool.slices
        if slices.size(ticket.recording) + len(data) > MOST_BYTES_PER_S * ticket.longest_s:
            raise _too_large("This recording has become too large.")
        return slices.keep(ticket.recording, number, data, sha256)

    async def _listing(self, ticket: Ticket) -> Listing:
        names = [name for name, _ in ticket.kept]
        return await asyncio.to_thread(self._spool.slices.listing, ticket.recording, names)

    def _lock(self, ticket: Ticket) -> asyncio.Lock:
        """One change of one recording's slices at a time."""
        return self._locks.setdefault(ticket.recording, asyncio.Lock())


def _kept(ticket: Ticket) -> list[Run]:
    return runs(name for name, _ in ticket.kept)


def _told(ticket: Ticket, listing: Listing) -> dict[str, Any]:
    hashes = dict(ticket.kept)
    return {
        "slices": [{"number": one.number, "size": one.size, "sha256": one.sha256} for one in listing.here],
        "kept": [{"first": run.first, "last": run.last, "sha256": hashes[run.name]} for run in listing.kept],
        "missing": listing.missing,
        "complete": listing.complete,
    }


async def _body(request: web.Request, most: int) -> bytes:
    """The whole body; one that is too large is never read to its end."""
    if (request.content_length or 0) > most:
        raise _too_large(f"At most {most} bytes are taken.")
    blocks, size = [], 0
    async for block in request.content.iter_any():
        blocks.append(block)
        size += len(block)
        if size > most:
            raise _too_large(f"At most {most} bytes are taken.")
    return b"".join(blocks)


def _too_large(text: str) -> web.HTTPRequestEntityTooLarge:
    return web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0, text=text)


def _full() -> web.HTTPException:
    return unavailable("The disk does not take it now.")
