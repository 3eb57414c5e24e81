"""What browsers really record: each is asked for each kind of file, and what comes out is read. Writes the table of
recorder/README.md.

Chromium and Firefox are those of tests/apt.txt. WebKitGTK stands for what no Apple machine is here to show; it takes
Debian's gir1.2-webkit2-4.1, python3-gi, xvfb and gstreamer1.0-plugins-good, and is left out where they are not.
"""

import asyncio
import contextlib
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import sync_playwright
from support import bare_page, firefox

README = ROOT / "recorder" / "README.md"
BEGIN, END = "<!-- browsers: made by `make browsers` -->", "<!-- /browsers -->"
LONGEST_S = 400
HALF_S = 0.5


class Bench:
    """Where a browser finds its page, and leaves what it says and what it has recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told, self._heard = folder, {}, threading.Event()

    def heard(self, told: dict) -> None:
        self.told = told
        self._heard.set()

    def wait(self) -> dict:
        if not self._heard.wait(LONGEST_S):
            raise TimeoutError(f"the browser said nothing for {LONGEST_S} s")
        return self.told


@contextlib.contextmanager
def served(bench: Bench) -> Iterator[str]:
    files = {"/": b"<!doctype html><title>Vignet</title><script type=module src=/measure.js></script>"}
    files["/measure.js"] = (Path(__file__).parent / "measure.js").read_bytes()

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            script = bare_page.SCRIPTS / self.path.removeprefix("/js/")
            body = files.get(self.path) or (script.read_bytes() if script.suffix == ".js" and script.exists() else None)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html" if self.path == "/" else "text/javascript")
            self.end_headers()
            self.wfile.write(body or b"")

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            if self.path == "/told":
                bench.heard(json.loads(body))
            else:
                (bench.folder / Path(self.path).name).write_bytes(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()


def chromium(bench: Bench, address: str, _folder: Path) -> tuple[str, dict]:
    with sync_playwright() as playwright:
        browser = bare_page.launch(playwright)
        page = browser.new_context(permissions=["camera", "microphone"]).new_page()
        page.goto(address)
        while not bench.told:
            page.wait_for_timeout(500)
        return f"Chromium {browser.version.partition('.')[0]}", bench.wait()


def gecko(bench: Bench, address: str, folder: Path) -> tuple[str, dict]:
    async def run() -> dict:
        async with firefox.running(folder / "profile") as tab:
            await tab.open(address)
            return await asyncio.to_thread(bench.wait)

    told = asyncio.run(run())
    version = re.search(r"Firefox/(\d+)", told["agent"])
    return f"Firefox {version[1]}", told


def webkit(bench: Bench, address: str, _folder: Path) -> tuple[str, dict]:
    version = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", "gir1.2-webkit2-4.1"], capture_output=True, text=True
    )
    if version.returncode or not version.stdout:
        raise FileNotFoundError("gir1.2-webkit2-4.1 is not installed")
    command = ["xvfb-run", "-a", "/usr/bin/python3", str(Path(__file__).parent / "webkit.py"), address]
    process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "--", *command], start_new_session=True)
    try:
        return f"WebKitGTK {version.stdout.partition('-')[0]}", bench.wait()
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def rows(name: str, told: dict, folder: Path) -> list[str]:
    """A line of the table for each kind of file."""
    lines = []
    for number, kind in enumerate(told["kinds"]):
        if not kind["supported"]:
            lines.append(f"| {name} | `{kind['kind']}` | refused | | | | | no |")
            continue
        plain, resized, ended = (_read(folder / f"{number}-{case}") for case in ("plain", "resized", "ended"))
        what = _what(plain, kind)
        every = _slices(kind.get("plain", {}).get("slices", []))
        keys = f"{plain['key_s']:.1f} s" if plain.get("key_s") else ""
        lines.append(
            f"| {name} | `{kind['kind']}` | {what} | {every} | {keys} | {_resized(resized)} | {_ended(kind, ended)} "
            f"| {_proven(kind)} |"
        )
    return lines or [f"| {name} | | has no MediaRecorder | | | | | no |"]


def _read(path: Path) -> dict:
    """What a reader finds in a file: of each track its codec, times and sizes; the longest way between key frames."""
    found: dict = {}
    try:
        with av.open(str(path)) as container:
            found["container"] = container.format.name.partition(",")[0]
            for stream in (*container.streams.video[:1], *container.streams.audio[:1]):
                found[stream.type] = {"codec": stream.codec_context.name, "times": [], "sizes": [], "keys": []}
            for packet in container.demux():
                if packet.pts is None or packet.stream.type not in found:
                    continue
                track, at = found[packet.stream.type], float(packet.pts * packet.time_base)
                track["times"].append(at)
                if packet.is_keyframe:
                    track["keys"].append(at)
                with contextlib.suppress(av.error.FFmpegError):
                    for frame in packet.decode() if packet.stream.type == "video" else ():
                        if (size := (frame.width, frame.height)) not in track["sizes"]:
                            track["sizes"].append(size)
    except (av.error.FFmpegError, OSError):
        return found
    gaps = [b - a for a, b in pairwise(found.get("video", {}).get("keys", []))]
    return found | ({"key_s": max(gaps)} if gaps else {})


def _what(found: dict, kind: dict) -> str:
    tracks = [found[name] for name in ("video", "audio") if found.get(name, {}).get("times")]
    if not tracks:
        return f"**{kind.get('plain', {}).get('bytes', 0)} bytes**, no error" if "error" not in kind else kind["error"]
    said = " + ".join(f"{track['codec']} {track['times'][-1] - track['times'][0]:.1f} s" for track in tracks)
    return f"{found['container']}: {said}"


def _proven(kind: dict) -> str:
    """Whether the page reads again what it has recorded so; some kinds it never asks for."""
    return "**yes**" if kind.get("proven") else "no" if kind.get("asked", True) else "not asked for"


def _slices(times: list[int]) -> str:
    gaps = [b - a for a, b in pairwise([0, *times])]
    return f"{len(times)}, {max(gaps) / 1000:.1f} s" if gaps else "none"


def _resized(found: dict) -> str:
    sizes = found.get("video", {}).get("sizes", [])
    return " → ".join(f"{width}×{height}" for width, height in sizes) or "nothing"


def _ended(kind: dict, found: dict) -> str:
    """How long slices were held back after the sound had ended, at three seconds, and what the picture then lasts."""
    late = [at for at in kind.get("ended", {}).get("slices", []) if at > 3000]
    times = found.get("video", {}).get("times", [])
    if not late or not times:
        return "nothing"
    return f"{(late[0] - 3000) / 1000:.1f} s, picture {times[-1] - times[0]:.1f} s"


TITLES = (
    "Browser",
    "Asked for",
    "7 s become",
    "Slices, longest wait",
    "Key frames",
    "Size changes",
    "Sound ends",
    "Proven",
)
HEAD = f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}"


def main() -> int:
    lines = []
    for run in (chromium, gecko, webkit):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            bench = Bench(folder)
            try:
                with served(bench) as address:
                    name, told = run(bench, address, folder)
            except FileNotFoundError as missing:
                print(f"left out: {missing}", file=sys.stderr)
                continue
            print(name, told.get("error", ""), flush=True)
            lines += rows(name, told, folder)
    text = README.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text("\n".join([before + BEGIN, HEAD, *lines, END]) + after)
    return 0


if __name__ == "__main__":
    sys.exit(main())
