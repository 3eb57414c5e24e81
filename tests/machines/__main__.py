"""Many machines, each lost in turn while twenty speak: `python tests/machines [row …]`, and var/machines.json.

Every part runs on a host of its own, which is a network namespace of this machine; needs root. A host is lost as when
its power fails: its cable first, then everything on it by kill -9; it comes back twenty seconds later on its disk. Each
row is the next answer of all sittings; what was acknowledged is looked for in the stored originals, byte by byte, each
answer must become a film, and when the ten answers are given every sitting must come to its end.
"""

import argparse
import asyncio
import contextlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[0:1] = [str(ROOT), str(HERE.parent), str(HERE.parent / "bench"), str(ROOT / "docker" / "local")]

INSIDE = "--inside"
NEW = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
ALONE = ("setpriv", "--pdeathsig", "KILL", "--", "unshare", *NEW)
"""In namespaces of its own, which end with whoever started it, whatever ends that."""
ANSWER_S, SITTINGS, SITUATIONS = 18, 20, 10
FILMS_S, STUCK_S = 300, 200
STAGGER_S = 0.2
OVER = "receipt"
"""The step of a sitting that is finished."""


def main() -> int:
    from machines.rows import ROWS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *(row.name for row in ROWS)], metavar="row")
    parser.add_argument("--sittings", type=int, default=SITTINGS)
    parser.add_argument("--part", choices=("1", "2"), help="the first ten rows, or the others")
    parser.add_argument("--keep", type=Path, help="a folder that stays, with the log of each host")
    parser.add_argument(INSIDE, type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if os.geteuid() != 0:
        parser.exit(1, "Network namespaces are made by root alone: start this as root.\n")
    if chosen.inside is None:
        from storage.base.config import config

        return subprocess.call([*ALONE, sys.executable, HERE, *sys.argv[1:], INSIDE, config().data / "machines.json"])
    known = {row.name: row for row in ROWS}
    wanted = [known[name] for name in chosen.rows] or ROWS
    if chosen.part:
        wanted = ROWS[:SITUATIONS] if chosen.part == "1" else ROWS[SITUATIONS:]
    return inside(wanted, chosen.sittings, chosen.inside, chosen.keep)


def inside(wanted: list, sittings: int, file: Path, keep: Path | None) -> int:
    from machines import table
    from machines.hosts import make_bridge
    from machines.installation import Installation

    Path("/run/netns").mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run/netns"], check=True)
    make_bridge()
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vignet-machines-")))
        folder.mkdir(exist_ok=True)
        began = time.monotonic()
        print("Starting …", flush=True)
        installation = Installation(folder)
        print(f"{len(installation.hosts)} hosts after {time.monotonic() - began:.0f} s", flush=True)
        found = asyncio.run(go(installation, folder, wanted, sittings, file))
    print(f"\n{table.table(list(found.values()))}\n\nThe same, and more: {file}")
    return 0 if all(table.met(row) for row in found.values()) else 1


def keep_in(file: Path, found: dict[str, dict]) -> None:
    """What was found so far, beside what was found before."""
    file.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(known | found, indent=2) + "\n")


async def go(installation, folder: Path, wanted: list, sittings: int, file: Path) -> dict[str, dict]:
    import aioice.ice
    import load
    from machines.candidate import keep_sending
    from machines.hosts import PEOPLE
    from whole_road import Film

    aioice.ice.get_host_addresses = lambda *_, **__: [PEOPLE]
    film, material = Film.make(folder / "film.mkv", ANSWER_S, "640x360", 600), folder / "material"
    load.make_material(material)
    pieces = pickle.loads(material.read_bytes())
    sending: list = []
    pump = asyncio.create_task(keep_sending(sending))
    found = {}
    for exam in range(0, len(wanted), SITUATIONS):
        rows = wanted[exam : exam + SITUATIONS]
        candidates = invited(installation, exam, sittings, film, pieces)
        await asyncio.gather(*(one.sit_down() for one in candidates))
        for number, row in enumerate(rows, 1):
            print(f"{row.name}: {row.what} …", flush=True)
            found[row.name] = await one_row(installation, row, number, candidates, film, sending)
            print(f"  {found[row.name]}", flush=True)
            keep_in(file, found)
        if len(rows) == SITUATIONS:
            steps = await asyncio.gather(*(one.finish() for one in candidates), return_exceptions=True)
            found[rows[-1].name]["sittings_over"] = steps.count(OVER)
            print(f"  sittings over: {steps.count(OVER)} of {sittings}", flush=True)
            keep_in(file, found)
        await asyncio.gather(*(one.leave() for one in candidates))
    pump.cancel()
    return found


def invited(installation, exam: int, sittings: int, film, pieces) -> list:
    from machines.candidate import Candidate
    from support import cast

    from storage.base import config, database
    from storage.people.people import Role
    from webapp import create_app

    now = datetime.now(UTC)
    with database.session_scope() as session:
        if exam == 0:
            invited.people, invited.pack = cast.gather(session, now), cast.pack(session, now)
        home, everybody = invited.people.organisation, []
        for number in range(sittings):
            local = f"ver{exam}x{number}"
            person = cast.person(session, local, f"Kandidaat {local}", Role.CANDIDATE, home, now)
            cast.sitting(session, invited.people, now, person, invited.pack)
            everybody.append(person)
    app = create_app(config.config())
    return [Candidate(app, person, installation.origin, film, pieces) for person in everybody]


async def one_row(installation, row, number: int, candidates: list, film, sending: list) -> dict:
    from machines import counting

    async def speak(place: int) -> None:
        await asyncio.sleep(place * STAGGER_S)
        await candidates[place].answer(number, sending)

    began, moment = time.time(), row.after_s + (ANSWER_S + STAGGER_S * len(candidates) if row.late else 0)

    async def happen() -> None:
        await asyncio.sleep(moment)
        await asyncio.to_thread(row.happens, installation)

    over = await asyncio.gather(*(speak(place) for place in range(len(candidates))), happen(), return_exceptions=True)
    broken = [repr(one) for one in over if isinstance(one, BaseException)]
    spoken = [one.spoken for one in candidates if one.spoken.recording]
    stored, retakes = await asyncio.to_thread(counting.films, [uuid.UUID(one.recording) for one in spoken], FILMS_S)
    looked = [await asyncio.to_thread(counting.lost, one, film) for one in spoken]
    waits = await asyncio.to_thread(counting.stuck, STUCK_S)
    failures: dict[str, int] = {}
    for one in spoken:
        for kind, times in one.failures.items():
            failures[kind] = failures.get(kind, 0) + times
    films_s = [stored[uuid.UUID(one.recording)] - one.last_word for one in spoken if uuid.UUID(one.recording) in stored]
    return {
        "name": row.name,
        "what": row.what,
        "at": datetime.fromtimestamp(began, UTC).isoformat(timespec="seconds"),
        "sittings": len(candidates),
        "page_waited_s": round(max(one.page_waited_s for one in spoken), 1),
        "slice_waited_s": round(max(one.slice_waited_s for one in spoken), 1),
        "safe_s": round(max(max(0.0, one.safe - one.last_word) for one in spoken), 1),
        "film_s": round(max(films_s, default=0.0), 1),
        "acknowledged": sum(len(one.acknowledged) for one in spoken),
        "lost": sum(lost for lost, _ in looked),
        "films": len(stored),
        "whole_films": sum(whole for _, whole in looked),
        "retakes": retakes,
        "sent_again": sum(one.sent_again for one in spoken),
        "moved": sum(len(one.recorders) > 1 for one in spoken),
        "live_again": sum(one.lives - 1 for one in spoken if one.lives),
        "stuck": len(broken) + len(spoken) - len(stored) + len(waits),
        "why_stuck": broken + waits,
        "failures": failures,
        "took_s": round(time.time() - began),
    }


if __name__ == "__main__":
    sys.exit(main())
