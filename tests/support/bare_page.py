"""The scripts of the exam in a real Chromium without anything around them: no server but one that hands out files.

A test asks a piece of script; `js` of it imports any module of the pages. Camera and microphone are the browser's own
fake ones, or what a test makes of them.
"""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright

SCRIPTS = Path(__file__).resolve().parents[2] / "webapp" / "static" / "js"
FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]

DEVICES = """
/** What a test does to the devices. */
const asked = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
globalThis.devices = {
  real: asked,
  /** As when somebody pulls the plug. */
  pull(track) {
    track.stop();
    track.dispatchEvent(new Event("ended"));
  },
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  /** A microphone that gives nothing from when `stop` is called: an audio context that sleeps. */
  async sleepy() {
    const stream = await asked({ audio: true, video: true });
    const context = new AudioContext();
    await context.resume();
    const out = context.createMediaStreamDestination();
    context.createMediaStreamSource(stream).connect(out);
    const tracks = [stream.getVideoTracks()[0], out.stream.getAudioTracks()[0]];
    return { stream: new MediaStream(tracks), stop: () => context.suspend() };
  },
  /** A camera of which a test says what it shows: `draw` is called for each picture until it is null. */
  painted(width = 640, height = 360) {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const paper = canvas.getContext("2d");
    const camera = { canvas, track: canvas.captureStream(30).getVideoTracks()[0], draw: null, count: 0 };
    const fill = (colour) => {
      paper.fillStyle = colour;
      paper.fillRect(0, 0, canvas.width, canvas.height);
    };
    camera.moving = () => fill(`hsl(${(camera.count++ * 7) % 360} 80% 50%)`);
    camera.frozen = () => fill("teal");
    camera.draw = camera.moving;
    setInterval(() => camera.draw?.(), 33);
    return camera;
  },
};
"""


@contextlib.contextmanager
def served() -> Iterator[str]:
    """The address of an empty page beside the scripts, on localhost, where a browser lets pages use a camera."""

    class Files(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given, **named):
            super().__init__(*given, directory=str(SCRIPTS), **named)

        def do_GET(self):
            if self.path != "/":
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            return self.wfile.write(b"<!doctype html><title>Vignet</title><meta name=csrf-token content=x>")

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)


def open_page(browser: Browser, address: str, complaints: list[str]) -> Page:
    page = browser.new_context(permissions=["camera", "microphone"]).new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(DEVICES)
    page.goto(address)
    return page
