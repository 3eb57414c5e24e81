"""Gives a running installation a candidate with a short exam: the real scheme and scenarios, in short times.

    python tests/support/short.py EMAIL [PASSWORD]

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

from sqlalchemy.orm import Session

from demo import example
from recorder.media import ffmpeg
from storage.base.database import session_scope
from storage.base.objects import object_store
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import invite
from storage.people.organisations import Organisation
from storage.people.people import Membership, Person, Role, person_by_email
from storage.schemes import Clip, Pack, add_scheme, current_pack, current_scheme

SHORT = {"preparation_s": 1, "answer_s": 40, "minimum_answer_s": 3, "warning_s": 5}
CLIP_S = 2


def short_scheme(data: bytes) -> bytes:
    """The scheme with the times of SHORT."""
    text = data.decode()
    for name, value in SHORT.items():
        text, number = re.subn(rf"^{name} = \d+$", f"{name} = {value}", text, flags=re.MULTILINE)
        assert number == 1, name
    return text.encode()


def short_pack(session: Session, now: datetime) -> Pack:
    """The pack with short clips under the scheme with short times, made at the first call."""
    long = current_pack(session, current_scheme(session, example.EXAM))
    scheme = add_scheme(session, short_scheme(long.scheme.data), now)
    session.flush()
    if long.scheme_id == scheme.id:
        return long
    store = object_store()
    pack = Pack(scheme=scheme, number=long.number + 1, data=long.data, sha256=uuid.uuid4().hex * 2, created_at=now)
    with tempfile.TemporaryDirectory() as folder:
        for clip in long.clips:
            whole, cut = Path(folder, "whole.mp4"), Path(folder, f"{clip.id}.mp4")
            store.get_file(clip.video_key, whole)
            cutting = [ffmpeg.binary(), "-v", "error", "-i", whole, "-t", str(CLIP_S), "-c", "copy", cut]
            subprocess.run(cutting, check=True)
            stored = store.put_file(f"clips/{uuid.uuid4()}/clip.mp4", cut, "video/mp4")
            pack.clips.append(
                Clip(
                    number=clip.number,
                    parallel=clip.parallel,
                    seconds=CLIP_S,
                    video_key=stored.key,
                    video_size=stored.size,
                    video_sha256=stored.sha256,
                    captions_key=clip.captions_key,
                )
            )
    session.add(pack)
    return pack


def main(email: str, password: str) -> None:
    now = datetime.now(UTC)
    with session_scope() as session:
        pack = short_pack(session, now)
        organisation = session.query(Organisation).filter_by(name=example.ORGANISATION).one()
        person = Person(email=email, name="Kees Kortexamen", created_at=now, session_epoch=0)
        person.set_password(password)
        membership = Membership(person=person, role=Role.CANDIDATE, organisation=organisation, since=now)
        session.add_all([person, membership])
        session.flush()
        dossier = Dossier(
            id=uuid.uuid4(),
            scheme=pack.scheme,
            organisation=organisation,
            candidate=person,
            manager=person_by_email(session, "leidinggevende@voorbeeld.example"),
            state=DossierState.WRITING,
            created_at=now,
        )
        session.add(dossier)
        example.fill(dossier)
        session.flush()
        dossier.submit(person.id, now)
        dossier.decide(DossierState.APPROVED, person_by_email(session, "bureau@ksf.example").id, "", now)
        sitting = invite(session, dossier, pack, now - timedelta(minutes=1), now)
        session.flush()
        print(json.dumps({"sitting": str(sitting.id), "answers": [str(answer.id) for answer in sitting.answers]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else example.PASSWORD)
