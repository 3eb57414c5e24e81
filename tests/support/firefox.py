"""A real Firefox, driven by WebDriver BiDi: as much of it as sitting an exam takes.

Playwright drives a Firefox of its own build only; this is the one that people have.
"""

import asyncio
import contextlib
import itertools
import json
import os
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
from support.system import PASSWORD

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
}
START_S, WAIT_S = 60, 60


class Broken(AssertionError):
    """The page threw, or the browser refused a command."""


class Firefox:
    """One tab. Everything that is asked of the page is a piece of its own script."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._numbers, self._tab = socket, itertools.count(1), ""

    async def begin(self) -> None:
        await self.command("session.new", capabilities={})
        self._tab = (await self.command("browsingContext.getTree"))["contexts"][0]["context"]
        await self.command("browsingContext.setViewport", context=self._tab, viewport={"width": 1280, "height": 720})

    async def command(self, method: str, **params: Any) -> dict:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async for message in self._socket:
            told = json.loads(message.data)
            if told.get("id") == number:
                if told["type"] == "error":
                    raise Broken(f"{method}: {told['error']}: {told['message']}")
                return told["result"]
        raise Broken(f"{method}: Firefox is gone")

    async def open(self, url: str) -> None:
        await self.command("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def evaluate(self, script: str) -> Any:
        """What the script comes to: a number, a text, or what JSON makes of it."""
        told = await self.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({script})))()",
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        if told["type"] == "exception":
            raise Broken(f"{script}: {told['exceptionDetails']['text']}")
        return json.loads(told["result"].get("value", "null"))

    async def until(self, script: str, seconds: float = WAIT_S) -> Any:
        """The first true answer of a script; a page that is just being left has none."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            found = None
            with contextlib.suppress(Broken):
                found = await self.evaluate(script)
            if found:
                return found
            if asyncio.get_running_loop().time() > end:
                shown = await self.evaluate("document.body.innerText.slice(0, 600)")
                raise Broken(f"waited {seconds} seconds in vain for {script}; the page shows: {shown}")
            await asyncio.sleep(0.1)

    async def press(self, name: str) -> None:
        """Press the button or tick the box that says `name`, once it can be used."""
        said = json.dumps(name)
        await self.until(
            f"""(() => {{
              const shown = [...document.querySelectorAll("button, input[type=checkbox], input[type=submit]")]
                .filter((one) => one.checkVisibility() && one.getAttribute("aria-disabled") !== "true");
              const label = (one) => one.innerText || one.value || "";
              const found = shown.find((one) => label(one).trim() === {said} || one.type === {said});
              found?.click();
              return Boolean(found);
            }})()"""
        )

    async def fill(self, selector: str, text: str) -> None:
        await self.until(f"Boolean(document.querySelector({json.dumps(selector)}))")
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(text)}")

    async def at(self, step: str, phase: str = "") -> None:
        place = f'main[data-step="{step}"]' + (f'[data-phase="{phase}"]' if phase else "")
        await self.until(f"document.querySelector({json.dumps(place)})?.checkVisibility()")


async def begin_exam(page: Firefox, origin: str, email: str, before_devices: str = "null") -> None:
    """From the log-in to the first situation; the script `before_devices` runs before camera and microphone are on."""
    await page.open(f"{origin}/examen")
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", PASSWORD)
    await page.press("Inloggen")
    await page.press("checkbox")
    await page.press("Verder naar de controle van uw camera")
    await page.at("check")
    await page.evaluate(before_devices)
    for words in ("Camera en microfoon aanzetten", "Tonen afspelen", "Ja, ik hoor ze", "Verder naar oefenen"):
        await page.press(words)
    await page.press("Verder zonder oefenen")
    await page.press("Examen beginnen")


@contextlib.asynccontextmanager
async def running(profile: Path) -> AsyncIterator[Firefox]:
    """A Firefox with a fake camera and microphone of its own, in a fresh profile."""
    profile.mkdir()
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (profile / "user.js").write_text("".join(lines))
    words = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    async with _loudspeaker(profile) as speaker, _process(profile / "said", "firefox-esr", *words, **speaker) as said:
        address = await _true(lambda: re.search(r"WebDriver BiDi listening on (ws://\S+)", said.read_text()))
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{address[1]}/session", max_msg_size=0) as socket:
            firefox = Firefox(socket)
            await firefox.begin()
            yield firefox


@contextlib.asynccontextmanager
async def _loudspeaker(folder: Path) -> AsyncIterator[dict[str, str]]:
    """A sound card that swallows everything: without any, this browser measures no sound either."""
    socket, here = folder / "sound", {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
    modules = ["--load=module-null-sink", f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1"]
    words = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", *modules]
    async with _process(folder / "speaker said", "pulseaudio", *words, **here):
        await _true(socket.exists)
        yield {"PULSE_SERVER": f"unix:{socket}"}


@contextlib.asynccontextmanager
async def _process(said: Path, *command: str, **environment: str) -> AsyncIterator[Path]:
    """A process that ends with us, and the file of what it says."""
    with said.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "KILL", "--", *command),
            env={**os.environ, **environment},
            stdout=output,
            stderr=output,
        )
    try:
        yield said
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _true(condition: Callable[[], Any]) -> Any:
    """The first true answer."""
    async with asyncio.timeout(START_S):
        while not (found := condition()):
            await asyncio.sleep(0.05)
        return found
