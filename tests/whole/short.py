"""Gives a running house a candidate with a short exam: the real scheme and scenarios, with short times and clips.

    python tests/whole/short.py EMAIL [PASSWORD]

The settings come from the environment, as for any command. Prints the ids that a test wants as JSON.
"""

import json
import re
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from recorder import ffmpeg
from storage.database import session_scope
from storage.dossiers import Dossier, DossierState
from storage.objects import object_store
from storage.organisations import Organisation
from storage.people import Membership, Person, Role, person_by_email
from storage.schemes import Clip, Pack, add_scheme, current_pack, current_scheme
from storage.sittings import invite
from webapp import demo

SHORT = {"preparation_s": 3, "answer_s": 15, "warning_s": 5}
CLIP_S = 3


def short_scheme(data: bytes) -> bytes:
    """The scheme with the times of SHORT."""
    text = data.decode()
    for name, value in SHORT.items():
        text, number = re.subn(rf"^{name} = \d+$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert number == 1, name
    return text.encode()


def main(email: str, password: str) -> None:
    now, store = datetime.now(UTC), object_store()
    with session_scope(writes=False) as session:
        long = current_pack(session, current_scheme(session, demo.EXAM))
        kept = [(clip.number, clip.video_key, clip.captions_key) for clip in long.clips]
        data = long.data
    clips = []
    with tempfile.TemporaryDirectory() as folder:
        for number, video_key, captions_key in kept:
            whole, cut = Path(folder, "whole.mp4"), Path(folder, f"{number}.mp4")
            store.get_file(video_key, whole)
            cutting = [ffmpeg.binary(), "-v", "error", "-i", whole, "-t", str(CLIP_S), "-c", "copy", cut]
            subprocess.run(cutting, check=True)
            stored = store.put_file(f"clips/{uuid.uuid4()}/clip.mp4", cut, "video/mp4")
            clips.append(
                Clip(
                    number=number,
                    seconds=CLIP_S,
                    video_key=stored.key,
                    video_size=stored.size,
                    video_sha256=stored.sha256,
                    captions_key=captions_key,
                )
            )
    with session_scope() as session:
        scheme = add_scheme(session, short_scheme(current_scheme(session, demo.EXAM).data), now)
        session.flush()
        pack = Pack(scheme=scheme, number=99, data=data, sha256=uuid.uuid4().hex * 2, created_at=now, clips=clips)
        organisation = session.query(Organisation).filter_by(name=demo.ORGANISATION).one()
        person = Person(email=email, name="Kees Kortexamen", created_at=now, session_epoch=0)
        person.set_password(password)
        membership = Membership(person=person, role=Role.CANDIDATE, organisation=organisation, since=now)
        session.add_all([pack, person, membership])
        session.flush()
        dossier = Dossier(
            id=uuid.uuid4(),
            scheme=scheme,
            organisation=organisation,
            candidate=person,
            manager=person_by_email(session, "leidinggevende@voorbeeld.example"),
            state=DossierState.WRITING,
            created_at=now,
        )
        session.add(dossier)
        demo.fill(dossier)
        session.flush()
        dossier.submit(person.id, now)
        dossier.decide(DossierState.APPROVED, person_by_email(session, "bureau@ksf.example").id, "", now)
        sitting = invite(session, dossier, pack, now - timedelta(minutes=1), now)
        session.flush()
        print(json.dumps({"sitting": str(sitting.id), "answers": [str(answer.id) for answer in sitting.answers]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else demo.PASSWORD)
