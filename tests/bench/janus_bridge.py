"""Lets a WHIP client publish into a Janus video room, so that Janus can be loaded like the others.

`python tests/bench/janus_bridge.py PORT JANUS_PORT` stands between; `write_settings` says what that Janus is to be:
one that records every publisher of room 1.
"""

import secrets
import sys
from pathlib import Path

import aiohttp
from aiohttp import web

PROGRAM = "janus"
_HOMES = Path("/usr/lib")
_WANTED = {"plugins": "libjanus_videoroom.so", "transports": "libjanus_http.so", "loggers": ""}


def write_settings(folder: Path, port: int) -> list[str]:
    """Write the settings of a Janus that records into `folder`; answers the command that starts it."""
    home = next(_HOMES.glob("*/janus"))
    others = {kind: _all_but(wanted, home / kind) for kind, wanted in _WANTED.items()}
    (folder / "janus.jcfg").write_text(
        f'general: {{ configs_folder = "{folder}" plugins_folder = "{home}/plugins" session_timeout = 0\n'
        f'  transports_folder = "{home}/transports" events_folder = "{home}/events" loggers_folder = "{home}/loggers"\n'
        "  debug_level = 2 }\n" + "".join(f'{kind}: {{ disable = "{names}" }}\n' for kind, names in others.items())
    )
    (folder / "janus.transport.http.jcfg").write_text(
        f'general: {{ http = true port = {port} ip = "127.0.0.1" https = false }}\nadmin: {{ admin_http = false }}\n'
    )
    (folder / "janus.plugin.videoroom.jcfg").write_text(
        'room-1: { publishers = 100 audiocodec = "opus" videocodec = "vp8" bitrate = 2500000 fir_freq = 2\n'
        f'  record = true rec_dir = "{folder}" }}\n'
    )
    return [PROGRAM, "--configs-folder", str(folder), "--config", str(folder / "janus.jcfg")]


def _all_but(wanted: str, folder: Path) -> str:
    return ",".join(sorted(path.name for path in folder.glob("*.so") if path.name != wanted))


def app(janus: str) -> web.Application:
    async def whip(request: web.Request) -> web.Response:
        async with aiohttp.ClientSession() as http:

            async def ask(place: str, **words) -> dict:
                async with http.post(f"{janus}{place}", json={"transaction": secrets.token_hex(8), **words}) as answer:
                    return await answer.json()

            session = f"/{(await ask('', janus='create'))['data']['id']}"
            attached = await ask(session, janus="attach", plugin="janus.plugin.videoroom")
            wish = {"request": "joinandconfigure", "room": 1, "ptype": "publisher", "audio": True, "video": True}
            offer = {"type": "offer", "sdp": await request.text()}
            await ask(f"{session}/{attached['data']['id']}", janus="message", body=wish, jsep=offer)
            while True:
                async with http.get(f"{janus}{session}") as response:
                    event = await response.json()
                if "jsep" in event:
                    return web.Response(status=201, text=event["jsep"]["sdp"], content_type="application/sdp")
                if "error" in event.get("plugindata", {}).get("data", {}):
                    raise web.HTTPBadGateway(text=str(event))

    application = web.Application()
    application.add_routes([web.post("/whip", whip)])
    return application


if __name__ == "__main__":
    web.run_app(app(f"http://127.0.0.1:{sys.argv[2]}/janus"), host="127.0.0.1", port=int(sys.argv[1]), print=None)
