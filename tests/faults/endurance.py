"""Two hundred answers over both roads, twenty at a time: what the parts of the server hold on to afterwards.

The web app is asked what a page asks it; the media come from the cheap publisher of the bench.
"""

import base64
import hashlib
import json
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import requests
from faults.scene import Scene
from faults.table import Bar, Result, Row
from support import services
from support.system import PASSWORD, ROOT

PEOPLE, ANSWERS = 20, 10
WARM = 6
"""Rounds after which a process has what it needs: 120 answers."""
TALK_S = 2.0
SLICES = 2
MORE_MB, MORE_FILES = 8, 8
"""What a process may hold more after the last 80 answers: an arena of its memory, some connections."""
PARTS = {"recorder": "recorder.http.server", "web": "gunicorn"}
MAKE = "import short, sys; [short.main(email, sys.argv[1]) for email in sys.argv[2:]]"
LOAD = ROOT / "tests" / "bench" / "load.py"
FACTS = {"width": 1280, "height": 720, "frames_per_second": 30, "sample_rate": 48000, "channels": 1}


class Sitter:
    """A candidate who sits an exam without a browser."""

    def __init__(self, origin: str, email: str) -> None:
        self._origin, self._http = origin, requests.Session()
        self._form("/inloggen", "/inloggen", email=email, password=PASSWORD)
        self._form("/examen", "/examen/toestemming", agreed="y")
        page = self._http.get(f"{origin}/examen").text
        self._token = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
        self._seat = str(uuid.uuid4())
        for step, facts in (("plaats", {"takeover": True}), ("controle", FACTS), ("beginnen", {})):
            self.say(step, facts)

    def say(self, what: str, facts: dict | None = None) -> dict:
        headers = {"X-CSRFToken": self._token, "X-Seat": self._seat, "Accept": "application/json"}
        answer = self._http.post(f"{self._origin}/examen/{what}", json=facts or {}, headers=headers)
        assert answer.ok, f"{what}: {answer.status_code} {answer.text[:200]}"
        return answer.json()

    def record(self) -> dict:
        """Begin the answer that is asked for, be it once more; what opens its recording."""
        for last in (False, False, True):
            number = self._http.get(f"{self._origin}/examen/stap").json()["situation"]["number"]
            try:
                for what in ("filmpje", "voorbereiden"):
                    self.say(f"{number}/{what}")
                return self.say(f"{number}/opnemen")["take"]
            except AssertionError as error:
                # A fault was measured at this moment: another answer is asked for.
                if last or "other_step" not in str(error):
                    raise

    def send(self, take: dict, parts: list[bytes]) -> None:
        """All slices, and the last word."""
        bearer = {"Authorization": f"Bearer {take['bearer']}"}
        for number, data in enumerate(parts):
            digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
            headers = {**bearer, "Content-Digest": f"sha-256=:{digest}:"}
            answer = self._http.put(f"{take['slices_url']}/{number}", data=data, headers=headers)
            assert answer.status_code == 201, answer.text
        whole = b"".join(parts)
        told = {"count": len(parts), "size": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}
        told |= {"seconds": TALK_S, "mime_type": "video/webm"}
        assert self._http.post(f"{take['slices_url']}/closing", json=told, headers=bearer).ok
        self.say(f"{take['number']}/klaar")

    def _form(self, page: str, action: str, **fields: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self._http.get(self._origin + page).text)
        answer = self._http.post(self._origin + action, data={**fields, "csrf_token": found[1]})
        assert answer.ok, f"{action}: {answer.status_code}"


def two_hundred(scene: Scene) -> None:
    product, folder = scene.product, scene.candidate.folder
    emails = [f"duur-{number}-{uuid.uuid4().hex[:6]}@voorbeeld.example" for number in range(PEOPLE)]
    env = {**product.env, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests' / 'support'}"}
    subprocess.run([sys.executable, "-c", MAKE, PASSWORD, *emails], env=env, cwd=ROOT, check=True, capture_output=True)
    material = folder / "material"
    making = f"import load, pathlib; load.make_material(pathlib.Path({str(material)!r}))"
    subprocess.run([sys.executable, "-c", making], cwd=LOAD.parent, check=True, capture_output=True)
    sitters = [Sitter(product.origin, email) for email in emails]
    held = []
    for _ in range(ANSWERS):
        round_of(sitters, material)
        services.wait_until(lambda: not spooled(product.data), "the spool to be empty", 120)
        held.append({name: holds(scene, word) for name, word in PARTS.items()})
    scene.more["held"] = held


def round_of(sitters: list[Sitter], material: Path) -> None:
    """One answer of everybody."""
    takes = [one.record() for one in sitters]
    command = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable, LOAD, material]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as load:
        load.stdin.write(json.dumps([(take["whip_url"], take["bearer"]) for take in takes]) + "\n")
        load.stdin.flush()
        assert load.stdout.readline() == "ready\n", "the publisher did not get its streams going"
        time.sleep(TALK_S)
        load.stdin.close()
        load.wait(30)
    parts = [material.read_bytes()[place : place + 190_000] for place in range(0, SLICES * 190_000, 190_000)]
    for one, take in zip(sitters, takes, strict=True):
        one.send(take, parts)


def spooled(data: Path) -> list[Path]:
    """The recordings that are not safe yet."""
    return [path for path in (data / "spool").iterdir() if path.is_dir()]


def holds(scene: Scene, word: str) -> dict:
    """Resident memory in MB and open files of a part."""
    family = scene.product.processes(word)
    return {
        "mb": round(sum(one.memory_info().rss for one in family) / 2**20, 1),
        "files": sum(one.num_fds() for one in family),
    }


def no_more(result: Result) -> Iterator[str]:
    """Nothing grows with the number of answers."""
    held = result.more["held"]
    for name in PARTS:
        before, after = held[WARM - 1][name], held[-1][name]
        for what, most in (("mb", MORE_MB), ("files", MORE_FILES)):
            if after[what] - before[what] > most:
                yield f"{name} holds {after[what] - before[what]:.0f} {what} more than after {WARM * PEOPLE} answers"


ROWS = [Row("answers-200", "200 answers, twenty at a time", two_hundred, Bar(), counted=False, proof=no_more)]
