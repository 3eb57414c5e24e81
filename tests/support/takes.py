"""Beside a running installation: `takes.py ANSWER FOLDER [SECONDS]` waits until an answer's newest take has an end.

Then it lays in the folder what was made of it (`film.mp4`) and what it was made of, in clear and playable: `live.mkv`
of the live sessions in the spool's files, `slices` of the slices. Prints what is known of the take as JSON.
"""

import json
import sys
import time
import uuid
from pathlib import Path

from sealed import opened

from recorder.media.live_source import join
from recorder.spool.slice_spool import Run
from storage.base.database import session_scope
from storage.base.keys import decrypt_file, key_store
from storage.base.objects import object_store
from storage.exam.recordings import RecordingState, RenditionKind, latest_take
from storage.exam.sittings import Answer

ENDS = (RecordingState.STORED, RecordingState.RETAKE)


def look(answer: str) -> tuple[dict, bool]:
    """What is known of the newest take of this answer, and whether that is its end."""
    with session_scope(writes=False) as session:
        take = latest_take(session, session.get(Answer, uuid.UUID(answer)))
        if take is None:
            return {}, False
        film = take.rendition(RenditionKind.VIDEO)
        told = {
            "id": str(take.id),
            "state": take.state,
            "faults": [fault["kind"] for fault in take.faults],
            "seconds": take.seconds,
            "figures": take.figures,
            "sha256": take.sha256,
            "originals": {original.name: original.key for original in take.originals},
            "film": film and film.key,
            "safe_at": take.captured_at and take.captured_at.timestamp(),
            "stored_at": take.stored_at and take.stored_at.timestamp(),
        }
        return told, take.state in ENDS


def fetch(take: dict, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if take["film"]:
        (folder / "film.mp4").write_bytes(opened(take["film"], uuid.UUID(take["id"])))
    for name, key in take["originals"].items():
        object_store().get_file(key, folder / "sealed")
        decrypt_file(folder / "sealed", folder / name, key_store().get(uuid.UUID(take["id"])))
    join(sorted(folder.glob("whip-*")), folder / "live.mkv")
    runs = sorted((run, path) for path in folder.glob("slices-*") if (run := Run.of(path.name)))
    (folder / "slices").write_bytes(b"".join(path.read_bytes() for _, path in runs))


def main(answer: str, folder: str, seconds: str = "120") -> None:
    end = time.monotonic() + float(seconds)
    while not (found := look(answer))[1] and time.monotonic() < end:
        time.sleep(0.2)
    take, _ = found
    assert take, f"answer {answer} has no take"
    fetch(take, Path(folder))
    print(json.dumps(take))


if __name__ == "__main__":
    main(*sys.argv[1:])
