"""A cheap publisher of slices, as many pages at once would send them. Only a process, nothing to call.

`python tests/bench/slice_load.py ALREADY` reads a JSON list of [address, bearer token] from its input, hands over that
many slices for each at once (a page is in the midst of its answer), writes "ready", and then hands over slice
after slice for each, in turns, until its input is closed; a line "acknowledged refused" comes back at the end.
"""

import asyncio
import base64
import hashlib
import json
import random
import sys

import aiohttp
import uvloop

SLICE_S = 1.25
"""How often a page hands over a slice (`static/js/slices.js`)."""
SLICE_BYTES = int(SLICE_S * 195_500)
"""What a page is told to record in that time: 1.5 Mbps of picture and 64 kbps of sound."""


class Page:
    """One page that hands over its slices on a connection of its own."""

    def __init__(self, http: aiohttp.ClientSession, address: str, token: str) -> None:
        self._http, self._address, self._token = http, address, token
        self._number = 0
        self.acknowledged = self.refused = 0

    async def send(self) -> None:
        data = _DATA[self._number % len(_DATA)]
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


_DATA = [random.Random(number).randbytes(SLICE_BYTES) for number in range(8)]


async def main() -> None:
    loop = asyncio.get_running_loop()
    wanted = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pages = [Page(http, address, token) for address, token in wanted]
        for page in pages:
            for _ in range(int(sys.argv[1])):
                await page.send()
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
