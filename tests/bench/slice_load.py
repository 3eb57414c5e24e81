"""A cheap publisher of slices, as many pages at once would send them. Only a process, nothing to call.

`python tests/bench/slice_load.py ALREADY BYTES` reads a JSON list of [address, bearer token] from its input, hands
over that many slices of so many bytes for each at once (a page is in the midst of its answer), writes "ready", and then
hands over slice after slice for each, in turns, until its input is closed; a line "acknowledged refused" comes back at
the end.
"""

import asyncio
import base64
import hashlib
import json
import random
import sys

import aiohttp
import uvloop

SLICE_S = 1.5
"""How often a page hands over a slice (`static/js/exam/slices.js`)."""


class Page:
    """One page that hands over its slices on a connection of its own."""

    def __init__(self, http: aiohttp.ClientSession, address: str, token: str, slices: list[bytes]) -> None:
        self._http, self._address, self._token, self._slices = http, address, token, slices
        self._number = 0
        self.acknowledged = self.refused = 0

    async def send(self) -> None:
        data = self._slices[self._number % len(self._slices)]
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Digest": f"sha-256=:{digest}:"}
        async with self._http.put(f"{self._address}/{self._number}", data=data, headers=headers) as response:
            await response.read()
        self._number += 1
        if response.status == 201:
            self.acknowledged += 1
        else:
            self.refused += 1

    async def send_in_turn(self, after_s: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + after_s
        while True:
            await asyncio.sleep(due - loop.time())
            await self.send()
            due += SLICE_S


async def main() -> None:
    loop = asyncio.get_running_loop()
    already, size = map(int, sys.argv[1:])
    slices = [random.Random(number).randbytes(size) for number in range(8)]
    wanted = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pages = [Page(http, address, token, slices) for address, token in wanted]
        for _ in range(already):
            await asyncio.gather(*(page.send() for page in pages))
        print("ready", flush=True)
        turn_s = SLICE_S / len(pages)
        going = [asyncio.create_task(page.send_in_turn(turn_s * place)) for place, page in enumerate(pages)]
        await loop.run_in_executor(None, sys.stdin.read)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
    print(sum(page.acknowledged for page in pages), sum(page.refused for page in pages), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
