"""A checklist as it is written on a device, field by field, and the sheet that the fields make together.

The fields: `told` (the candidate knows of it), `point/KEY/given|reason|asked`, and for every conversation, under an id
that the device draws, `conversation/ID/channel|way|began|ended|remark|removed`. Each is an entry of
`review.two_devices`, so that what two devices wrote without network becomes one again.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from review.checklist import Conversation, Form, PointMark, Sheet
from review.two_devices import Field, Value

TOLD = "told"
MOST_LETTERS = 2000
"""Of a remark or a reason."""

_CONVERSATION = re.compile(r"conversation/([0-9a-f-]{36})/(channel|way|began|ended|remark|removed)")
_POINT = re.compile(r"point/([a-z0-9_]{1,60})/(given|reason|asked)")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|")


def check(form: Form, field: str, value: Value) -> None:
    """Raise ValueError for a field that this checklist does not have, or a value that the field cannot hold."""
    if field == TOLD:
        return _need(isinstance(value, bool), field)
    if (found := _POINT.fullmatch(field)) and found[1] in form.points:
        if found[2] == "asked":
            return _need(isinstance(value, bool) and (found[1] in form.askable or not value), field)
        return _need(isinstance(value, bool) if found[2] == "given" else _is_text(value), field)
    if not (found := _CONVERSATION.fullmatch(field)):
        raise ValueError(f"no field {field!r}")
    return _need(_fits(form, found[2], value), field)


def sheet(form: Form, fields: Mapping[str, Field], at: Callable[[str], datetime], told_at: datetime | None) -> Sheet:
    """The checklist that these fields make. What is in conflict, or not written yet, is not there.

    `at`: the moment of a clock such as "14:05" on the day of the test. `told_at`: when the candidate was written to,
    which counts when the examiner says that the candidate knows.
    """

    def value(name: str) -> Value:
        found = fields.get(name)
        return None if found is None or found.conflict else found.value

    def text(name: str) -> str:
        found = value(name)
        return found if isinstance(found, str) else ""

    def moment(name: str) -> datetime | None:
        return at(clock) if (clock := text(name)) else None

    marks = {}
    for key in form.points:
        given = value(f"point/{key}/given")
        reason, asked = text(f"point/{key}/reason"), value(f"point/{key}/asked") is True
        marks[key] = PointMark(given if isinstance(given, bool) else None, reason if given is False else "", asked)
    conversations = {
        key: Conversation(
            text(f"conversation/{key}/channel"),
            text(f"conversation/{key}/way"),
            moment(f"conversation/{key}/began"),
            moment(f"conversation/{key}/ended"),
            text(f"conversation/{key}/remark"),
        )
        for key in conversation_ids(fields)
        if value(f"conversation/{key}/removed") is not True
    }
    return Sheet(marks, conversations, told_at if value(TOLD) is True else None)


def conversation_ids(fields: Mapping[str, Field]) -> list[str]:
    """The conversations of which anything was written, those that were removed too, in the order of their ids."""
    return sorted({found[1] for name in fields if (found := _CONVERSATION.fullmatch(name))})


def _fits(form: Form, part: str, value: Value) -> bool:
    """True when this part of a conversation may hold the value."""
    if part == "removed":
        return isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if part in ("channel", "way"):
        return value in (form.channels if part == "channel" else form.ways)
    return _is_text(value) if part == "remark" else _CLOCK.fullmatch(value) is not None


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= MOST_LETTERS and "\0" not in value


def _need(holds: bool, field: str) -> None:
    if not holds:
        raise ValueError(f"{field} cannot hold this")
