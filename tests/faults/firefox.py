"""What breaks in a real Firefox, which holds back what it recorded as soon as one of the tracks has ended."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from faults.media import AWAY, BROKEN, LONG_S, NOTICED_S
from faults.scene import BREAK_S, LONGEST_S, Scene
from faults.table import Result, Row
from support import firefox
from support.candidate import BETWEEN, KEPT_HERE
from support.system import PASSWORD

DEVICES = """
(() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    for (const track of stream.getTracks()) window[`last_${track.kind}`] = track;
    return stream;
  };
  window.breakDevices = () => {
    const track = window[`last_${window.breaks}`];
    track.stop();
    track.dispatchEvent(new Event("ended"));
  };
})()
"""


def track_ends(scene: Scene, kind: str) -> None:
    """One of the two tracks ends in the middle; the page opens its device again, and the answer goes on."""
    product = scene.product
    email = f"vos-{uuid.uuid4().hex[:6]}@voorbeeld.example"
    answer = json.loads(product.command("python", product.helper("short.py"), email, PASSWORD))["answers"][0]
    folder = scene.candidate.folder / f"firefox-{uuid.uuid4().hex[:6]}"
    with ThreadPoolExecutor(1) as apart:
        sitting = apart.submit(asyncio.run, _sit(product.origin, email, kind, folder))
        noticed_s, said, away_s = sitting.result()
    scene.check(noticed_s < NOTICED_S, f"noticed after {noticed_s:.1f} s")
    scene.check("Uw tijd staat stil" in said, f"the page says: {said}")
    kept = folder.with_name(f"{folder.name}-kept")
    take = json.loads(product.command("python", product.helper("takes.py"), answer, str(kept), str(LONGEST_S)))
    scene.more |= {"noticed_s": round(noticed_s, 1), "away_s": round(away_s, 1), "seconds": take["seconds"]}
    scene.more |= {"state": take["state"], "faults": take["faults"], "decision": take["figures"]["decision"]}


async def _sit(origin: str, email: str, kind: str, profile: Path) -> tuple[float, str, float]:
    async with firefox.running(profile) as page:
        await firefox.begin_exam(page, origin, email, f"{DEVICES}, window.breaks = {json.dumps(kind)}")
        await page.at("clip", "ready")
        await page.press("Filmpje starten")
        await page.at("record", "recording")
        await _talk(page, BREAK_S)
        told = await page.evaluate(BROKEN)
        await _talk(page, LONG_S)
        await page.press("Stoppen en bewaren")
        await page.until(f"Boolean(document.querySelector({json.dumps(BETWEEN)}))")
        await page.until(f"{KEPT_HERE}.then((takes) => takes.length === 0)")
        return told


async def _talk(page: firefox.Firefox, seconds: float) -> None:
    await page.evaluate(f"new Promise((said) => setTimeout(() => said(1), {seconds * 1000}))")


def goes_on(result: Result, word: str) -> Iterator[str]:
    """Nothing of it is lost but what the device took along, and the figures say what the page saw."""
    more, decision = result.more, result.more["decision"]
    if more["state"] != "stored":
        yield f"ended {more['state']}, {more['faults']}"
        return
    slices = decision["slices"]
    if slices["holes"] or slices["came"] != slices["recorded"]:
        yield f"{slices['came']} of {slices['recorded']} slices came"
    if word not in [note["what"] for note in decision["page_saw"]]:
        yield f"the page saw {decision['page_saw']}"
    if abs(more["seconds"] - decision["page_s"]) > 1:
        yield f"{more['seconds']} s of {decision['page_s']}"
    taken = decision[decision["took"]] if decision["took"] != "both" else decision["slices"]
    gone_s = decision["page_s"] - taken["audio_s"]
    if gone_s > AWAY.sound_s:
        yield f"{gone_s:.1f} s of sound are missing"


ROWS = [
    Row(
        f"firefox-{name}-ends",
        f"in a Firefox the {name} ends after {BREAK_S} s",
        partial(track_ends, kind=kind),
        counted=False,
        proof=partial(goes_on, word=word),
    )
    for name, kind, word in (("sound", "audio", "microphone_ended"), ("picture", "video", "camera_ended"))
]
