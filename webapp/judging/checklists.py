"""The checklist that an examiner fills in on a tablet while listening in, for every candidate of a session.

The page works without network for a whole session: it is loaded once and stays open, and what is written stays sealed
in its browser until the server has it. There is no service worker: one would keep the names of the candidates, or the
key that seals what was written, where the next user of a shared tablet finds them.
"""

import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from review.two_devices import Entry, written
from scenarios.chapters import ChecklistRules
from storage.base.json_values import listing, mapping, text
from storage.base.keys import key_store
from storage.people.people import Role
from storage.planning import practical_results, practical_sheets
from storage.planning.practical_results import PracticalResult
from storage.planning.practical_sessions import Participant, PracticalSession
from webapp import access
from webapp.access import practical as access_practical
from webapp.context import g
from webapp.dutch import formats, states
from webapp.planning.practical import marks_on

pages = Blueprint("checklists", __name__, url_prefix="/beoordelen/praktijktoetsen")

MOST_AT_ONCE = 2000
LONGEST_VALUE = 4000
LONGEST_BODY = 2_000_000


@pages.get("/<uuid:session_id>/checklist")
@access.roles(Role.ASSESSOR)
def show(session_id: uuid.UUID) -> ResponseReturnValue:
    """The checklists of one session, one candidate at a time."""
    found = access_practical.session_for_examiner(session_id)
    form = practical_sheets.form_of(found)
    ids = [one.id for one in found.coming]
    data = {
        "id": str(found.id),
        "terms": [
            {
                "key": one.key,
                "min": one.min,
                "max": one.max,
                "points": [key for key, term in form.points.items() if term == one.key],
            }
            for one in form.rule.terms
        ],
        "minimum": form.minimum_conversations,
        **_state(found, practical_sheets.logs(g.db, ids)),
    }
    sheets = {"found": found, "content": found.scheme.content, "marks": marks_on(found)}
    values = {"data": data, "secret": b64encode(key_store().browser_key(access.me().id)).decode()}
    return render_template(
        "checklists/show.html", rules=found.scheme.content.chapter(ChecklistRules), form=form, **sheets, **values
    )


@pages.post("/<uuid:session_id>/checklist/bewaren")
@access.roles(Role.ASSESSOR)
def keep(session_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what a device wrote, and answer all that is there: it may have come from another device."""
    found = access_practical.session_for_examiner(session_id)
    entries: dict[uuid.UUID, list[Entry]] = {}
    for item in listing(_body().get("entries"), MOST_AT_ONCE):
        participant_id, entry = _entry(mapping(item))
        entries.setdefault(participant_id, []).append(entry)
    logs = practical_sheets.keep(g.db, found, entries, access.me(), g.now)
    return jsonify(saved_at=formats.second(g.now), **_state(found, logs))


@pages.post("/plaatsen/<uuid:participant_id>/ondertekenen")
@access.roles(Role.ASSESSOR)
def sign(participant_id: uuid.UUID) -> ResponseReturnValue:
    """The examiner's signature; the same one may come again."""
    participant, body = access_practical.participant_for_examiner(participant_id), _body()
    seen = [str(_id(one)) for one in listing(body.get("seen"), MOST_AT_ONCE)]
    result = practical_results.sign(g.db, participant, _id(body.get("id")), seen, access.me(), g.now)
    return jsonify(result=_told(result), saved_at=formats.second(g.now))


def _state(found: PracticalSession, logs: Mapping[uuid.UUID, Mapping[str, Entry]]) -> dict[str, Any]:
    """What the server has of everybody in the session who comes, as the page keeps it."""
    coming = [one for one in found.coming if one.id in logs]
    standing = practical_results.standing_results(g.db, [one.id for one in coming])
    returned = practical_results.sent_back(g.db, [one.id for one in coming])
    return {"sheets": {str(one.id): _sheet(one, logs[one.id], standing, returned) for one in coming}}


def _sheet(
    participant: Participant,
    log: Mapping[str, Entry],
    standing: Mapping[uuid.UUID, PracticalResult],
    returned: Mapping[uuid.UUID, PracticalResult],
) -> dict[str, Any]:
    result, back = standing.get(participant.id), returned.get(participant.id)
    return {
        "entries": [one.to_json() for one in log.values()],
        "result": _told(result) if result else None,
        "sent_back": back.reason if back and not result else "",
    }


def _told(result: PracticalResult) -> dict[str, str]:
    return {"id": str(result.id), "state": result.state, "words": states.RESULT_STATES[result.state]}


def _entry(item: dict[str, Any]) -> tuple[uuid.UUID, Entry]:
    """One entry as a device sends it. Aborts or raises Malformed on what no page of ours would send."""
    value = item.get("value")
    if value is not None and not isinstance(value, bool):
        # Not without blanks around it: one entry has one content, however often it comes.
        text(value, LONGEST_VALUE)
        _encodable(value)
    replaces = [str(_id(one)) for one in listing(item.get("replaces"), MOST_AT_ONCE)]
    field, device = text(item.get("field"), 120), text(item.get("device"), 40)
    _encodable(field + device)
    return _id(item.get("participant")), written(str(_id(item.get("id"))), field, value, replaces, device)


def _encodable(value: str) -> None:
    """Half a surrogate pair is no text that a database keeps."""
    try:
        value.encode()
    except UnicodeEncodeError:
        abort(400)


def _id(value: Any) -> uuid.UUID:
    try:
        return uuid.UUID(text(value, 36))
    except ValueError:
        return abort(400)


def _body() -> dict[str, Any]:
    if (request.content_length or 0) > LONGEST_BODY:
        abort(413)
    return mapping(request.get_json(silent=True))
