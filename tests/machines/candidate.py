"""A candidate: asks the web app what the exam page asks, speaks over both roads, and keeps asking when nobody answers.

It does what the page does (`static/js/exam/`): every answer of the server is asked for until it comes, slices go one
after the other until they are acknowledged, after two failures it is asked where the take goes on, there all slices are
handed over again, and the live road is opened anew.
"""

import asyncio
import base64
import contextlib
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import load
from itsdangerous import URLSafeTimedSerializer
from slice_load import SLICE_S
from support import cast
from whole_road import Film

BACK_OFF_S = (0, 1, 3, 5)
PAGE_S, SLICE_PATIENCE_S, ASK_S, LIVE_S = 10, 30, 30, 10
"""How long a page waits for the web app, for a slice, for a recorder's word, and for the live road."""
LOCATE_AFTER, LOCATE_EACH_S = 2, 4
DEAD = (401, 404, 410)


class Refused(Exception):
    """The server said no."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status} {text[:200]}")
        self.status = status


@dataclass
class Spoken:
    """One answer: what was acknowledged, and how long the candidate waited. Times in seconds, moments on the clock."""

    recording: str = ""
    acknowledged: set[int] = field(default_factory=set)
    sent_again: int = 0
    recorders: set[str] = field(default_factory=set)
    lives: int = 0
    last_word: float = 0.0
    safe: float = 0.0
    page_waited_s: float = 0.0
    slice_waited_s: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)


class Candidate:
    """A browser that is logged in, and its exam."""

    def __init__(self, app: Any, person: Any, origin: str, film: Film, material: tuple[int, list[load.Piece]]) -> None:
        self._origin, self._film, self._material = origin, film, material
        raw, client = secrets.token_hex(20), app.test_client()
        with client.session_transaction() as kept:
            kept.update({"csrf_token": raw, "_user_id": cast.browser(person), "_fresh": True})
        name = app.config["SESSION_COOKIE_NAME"]
        self._token = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(raw)
        self._headers = {"Cookie": f"{name}={client.get_cookie(name).value}", "X-CSRFToken": self._token}
        self._headers |= {"X-Seat": secrets.token_hex(16), "Accept": "application/json"}
        self._http: aiohttp.ClientSession | None = None
        self.spoken = Spoken()

    async def sit_down(self) -> None:
        """From the welcome page to the first situation."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())
        form = {"csrf_token": self._token, "agreed": "y"}
        place = f"{self._origin}/examen/toestemming"
        async with self._http.post(place, data=form, headers=self._headers, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
        for what in ("plaats", "controle", "beginnen"):
            await self._page(what)

    async def finish(self) -> str:
        """Close the exam; answers the step that follows."""
        return (await self._page("afronden"))["step"]

    async def leave(self) -> None:
        if self._http is not None:
            await self._http.close()

    async def answer(self, number: int, sending: list[load.Stream]) -> None:
        """Speak for as long as the film lasts; over when everything is confirmed to be in the object store."""
        self.spoken = spoken = Spoken()
        for what in ("filmpje", "voorbereiden"):
            await self._page(f"{number}/{what}")
        take = (await self._page(f"{number}/opnemen"))["take"]
        spoken.recording = take["recording_id"]
        on_the_way = Take(self, take, self._film, spoken)
        live = asyncio.create_task(on_the_way.keep_live(self._material, sending))
        handing = asyncio.create_task(on_the_way.hand_over())
        await asyncio.sleep(self._film.seconds)
        spoken.last_word = time.time()
        live.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await live
        await self._ended(number)
        await handing
        await on_the_way.confirmed()
        spoken.safe = time.time()

    async def _ended(self, number: int) -> None:
        try:
            await self._page(f"{number}/klaar")
        except Refused as refused:
            # The first time was heard after all, and its answer was not.
            if refused.status != 409:
                raise
            await self._page("stap", "GET")

    async def locate(self, recording: str) -> dict[str, str]:
        return await self._once(f"opnames/{recording}/opnameserver", "POST")

    async def _page(self, what: str, method: str = "POST") -> dict[str, Any]:
        """Ask until the server answers."""
        began, attempt = time.monotonic(), 0
        while True:
            try:
                found = await self._once(what, method)
                break
            except (TimeoutError, aiohttp.ClientError) as error:
                kind = f"page: {type(error).__name__} {getattr(error, 'status', '')}".strip()
                self.spoken.failures[kind] = self.spoken.failures.get(kind, 0) + 1
                await asyncio.sleep(_back_off_s(attempt))
                attempt += 1
        self.spoken.page_waited_s = max(self.spoken.page_waited_s, time.monotonic() - began)
        return found

    async def _once(self, what: str, method: str) -> dict[str, Any]:
        assert self._http is not None
        body = {} if method == "GET" else {"json": {}}
        ask = self._http.request(method, f"{self._origin}/examen/{what}", headers=self._headers, **body)
        async with asyncio.timeout(PAGE_S), ask as answer:
            if answer.status == 429 or answer.status >= 500 or not answer.content_type.startswith("application/json"):
                answer.raise_for_status()
                raise aiohttp.ClientError(f"{answer.status} {answer.content_type}")
            if answer.status != 200:
                raise Refused(answer.status, await answer.text())
            return await answer.json()


async def keep_sending(sending: list[load.Stream]) -> None:
    """As `load.keep_sending`, and whose road breaks at this moment stops none of the others."""
    while True:
        now = time.time()
        for stream in list(sending):
            try:
                stream.send(now)
            except Exception:  # It has noticed by itself, and opens another one.
                sending.remove(stream)
        await asyncio.sleep(load.TICK_S)


class Take:
    """One take on its way to the recorder."""

    def __init__(self, candidate: Candidate, take: dict[str, Any], film: Film, spoken: Spoken) -> None:
        self._candidate, self._film, self._spoken = candidate, film, spoken
        self._id, self._slices, self._whip = take["recording_id"], take["slices_url"], take["whip_url"]
        self._headers = {"Authorization": f"Bearer {take['bearer']}"}
        self._sent: set[int] = set()
        self._failed, self._located = 0, 0.0
        self._began = time.time()
        self._published: list[float] = []
        spoken.recorders.add(self._slices)

    @property
    def _http(self) -> aiohttp.ClientSession:
        assert self._candidate._http is not None
        return self._candidate._http

    async def hand_over(self) -> None:
        """Every slice as soon as it is there, one after the other, until all are acknowledged."""
        await self._heard(lambda: self._ask("POST", "/opening", ASK_S))
        while (number := self._next()) is not None:
            due = self._began + (number + 1) * SLICE_S
            await asyncio.sleep(due - time.time())
            await self._heard(lambda number=number: self._hand_over(number))
            waited = time.time() - due
            if number not in self._spoken.acknowledged:
                self._spoken.slice_waited_s = max(self._spoken.slice_waited_s, waited)
            else:
                self._spoken.sent_again += 1
            self._sent.add(number)
            self._spoken.acknowledged.add(number)

    async def confirmed(self) -> None:
        """Say the last word, and ask until the object store has every slice, by its hash."""
        facts = self._film.manifest | {"started_ms": 1000 * self._began, "published_ms": self._published}
        while True:
            await self.hand_over() if self._next() is not None else None
            told = await self._heard(lambda: self._ask("POST", "/closing", ASK_S, json=facts))
            for attempt in range(1, 1000):
                if self._hear(told):
                    break
                told = await self._heard(lambda: self._ask("GET", "", ASK_S))
                if self._all_kept(told["kept"]):
                    return
                if self._hear(told):
                    break
                await asyncio.sleep(_back_off_s(attempt))

    async def keep_live(self, material: tuple[int, list[load.Piece]], sending: list[load.Stream]) -> None:
        """The live road, opened anew for as long as the take lasts; at the end the recorder is told."""
        attempt = 0
        while True:
            stream, place = load.Stream(*material), self._whip
            try:
                async with asyncio.timeout(LIVE_S):
                    await stream.publish(self._http, place, self._headers["Authorization"].removeprefix("Bearer "))
                self._spoken.lives += 1
                self._published.append(1000 * time.time())
                sending.append(stream)
                while stream.connection.connectionState == "connected" and place == self._whip:
                    await asyncio.sleep(0.2)
            except asyncio.CancelledError:
                if session := getattr(stream, "session", None):
                    with contextlib.suppress(TimeoutError, aiohttp.ClientError):
                        async with asyncio.timeout(5), self._http.delete(session, headers=self._headers):
                            pass
                raise
            except Exception as error:  # aiortc has many ways to say that nobody was reached.
                self._note("live", error)
            finally:
                if stream in sending:
                    sending.remove(stream)
                await stream.connection.close()
            await asyncio.sleep(_back_off_s(attempt))
            attempt += 1
            if attempt > LOCATE_AFTER:
                await self._locate()

    def _next(self) -> int | None:
        return next((number for number in range(len(self._film.slices)) if number not in self._sent), None)

    async def _hand_over(self, number: int) -> dict[str, Any]:
        data = self._film.slices[number]
        digest = hashlib.sha256(data)
        more = {"Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"}
        told = await self._ask("PUT", f"/{number}", SLICE_PATIENCE_S, more, data=data)
        if told["sha256"] != digest.hexdigest():
            raise aiohttp.ClientError("another slice was acknowledged")
        return told

    async def _ask(
        self, method: str, path: str, patience_s: float, more: dict[str, str] | None = None, **body: Any
    ) -> dict[str, Any]:
        headers = self._headers | (more or {})
        asked = self._http.request(method, self._slices + path, headers=headers, **body)
        async with asyncio.timeout(patience_s), asked as answer:
            if answer.status not in (200, 201):
                raise Refused(answer.status, await answer.text())
            return await answer.json()

    async def _heard(self, ask: Callable[[], Any]) -> dict[str, Any]:
        """Ask until the recorder is heard, this one or another."""
        while True:
            try:
                told = await ask()
                self._failed = 0
                return told
            except (Refused, TimeoutError, aiohttp.ClientError, OSError) as error:
                if isinstance(error, Refused) and error.status in DEAD:
                    raise
                self._note("recorder", error)
                await asyncio.sleep(_back_off_s(self._failed))
                self._failed += 1
                if self._failed >= LOCATE_AFTER:
                    await self._locate()

    async def _locate(self) -> None:
        if time.monotonic() - self._located < LOCATE_EACH_S:
            return
        self._located = time.monotonic()
        try:
            roads = await self._candidate.locate(self._id)
        except (Refused, TimeoutError, aiohttp.ClientError) as error:
            self._note("locate", error)
            return
        self._whip = roads["whip_url"]
        if roads["slices_url"] != self._slices:
            self._slices = roads["slices_url"]
            self._spoken.recorders.add(self._slices)
            self._sent.clear()

    def _hear(self, told: dict[str, Any]) -> bool:
        """Take in what the recorder has; whether something is to be sent again."""
        here = {one["number"] for one in told["slices"]}
        for row in told["kept"]:
            here |= set(range(row["first"], row["last"] + 1))
        self._sent = {number for number in range(len(self._film.slices)) if number in here}
        return self._next() is not None

    def _all_kept(self, kept: list[dict[str, Any]]) -> bool:
        proven: set[int] = set()
        for row in kept:
            data = b"".join(self._film.slices[row["first"] : row["last"] + 1])
            if hashlib.sha256(data).hexdigest() == row["sha256"]:
                proven |= set(range(row["first"], row["last"] + 1))
        return proven == set(range(len(self._film.slices)))

    def _note(self, what: str, error: BaseException) -> None:
        kind = f"{what}: {type(error).__name__} {getattr(error, 'status', '')}".strip()
        self._spoken.failures[kind] = self._spoken.failures.get(kind, 0) + 1


def _back_off_s(attempt: int) -> float:
    return BACK_OFF_S[min(attempt, len(BACK_OFF_S) - 1)]
