"""The office takes in what a candidate has saved by hand while no server could be reached.

Nothing of such a file is believed: its seals must open with the key of this sitting's candidate, and what is in it must
be all that the page has recorded. A media job brings it along the way of any other slices.
"""

import uuid
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from wtforms import ValidationError

from storage.base import audit
from storage.base.jobs import Job, Queue, enqueue
from storage.base.keys import key_store
from storage.base.objects import object_store
from storage.exam import emergency
from storage.exam.recordings import Recording, counting_takes
from storage.exam.sittings import Sitting
from storage.people.people import Role
from webapp import access, uploads
from webapp.context import g
from webapp.forms import Form
from webapp.uploads import Upload

pages = Blueprint("emergency", __name__, url_prefix="/bureau/zittingen/<uuid:sitting_id>/noodbestand")

DAMAGED = "Dit is geen noodbestand, of het is beschadigd. Vraag de kandidaat om het bestand nog een keer te sturen."
FOREIGN = "Dit noodbestand hoort niet bij dit examen. Zoek het dossier op van de kandidaat die het heeft gestuurd."
KNOWN = "Dit antwoord is al helemaal veilig ontvangen. U hoeft niets te doen."


class FileForm(Form):
    file = FileField("Bestand", [FileRequired("Kies het bestand dat de kandidaat heeft gestuurd.")])

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self.sitting = sitting
        self.recording: Recording

    def validate_file(self, field: FileField) -> None:
        stream = field.data.stream
        try:
            found = g.db.get(Recording, emergency.recording_of(stream))
            if found is None or found.answer.sitting is not self.sitting:
                raise ValidationError(FOREIGN)
            stream.seek(0)
            answer = emergency.unseal(stream, key_store().browser_key(found.candidate_id))
        except emergency.Damaged as error:
            raise ValidationError(DAMAGED) from error
        if answer.is_in(found):
            raise ValidationError(KNOWN)
        self.recording = found


@pages.url_value_preprocessor
def allow_large(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the body."""
    request.max_content_length = emergency.LARGEST


@pages.route("", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
@uploads.a_day(Upload.EMERGENCY_FILE)
def take_in(sitting_id: uuid.UUID) -> ResponseReturnValue:
    """The page of one sitting where such files are handed in."""
    sitting = access.sitting_for_officer(sitting_id)
    form = FileForm(sitting)
    if form.validate_on_submit():
        recording = form.recording
        with TemporaryDirectory() as folder:
            path = Path(folder, "file")
            form.file.data.stream.seek(0)
            form.file.data.save(path)
            object_store().put_file(emergency.key_of(recording.id), path)
        enqueue(g.db, Queue.MEDIA, emergency.IMPORT, recording.id, g.now)
        audit.record(g.db, g.now, access.me().id, "emergency_file", recording)
        flash(f"Antwoord {recording.answer.number} is ingelezen en wordt nu verwerkt.", "ok")
        return redirect(url_for("emergency.take_in", sitting_id=sitting.id))
    takes = counting_takes(g.db, sitting)
    mine = [take.id for take in takes.values() if take]
    jobs = g.db.scalars(select(Job).where(Job.kind == emergency.IMPORT, Job.subject.in_(mine))).all()
    values = {"takes": takes, "jobs": {job.subject: job for job in jobs}}
    return render_template("office/emergency.html", sitting=sitting, form=form, **values), 422 if form.errors else 200
