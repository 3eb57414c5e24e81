"""The real content of a PDF: judged by the objects that its readers reach, never by words among its bytes.

A link to `/LaunchEvent` is only an address, while a name may be written `/Java#53cript` or lie packed in a stream.
Source: ISO 32000-2, 12.6 (actions), 7.11 (attached files), 12.7.8 (XFA) and 12.5.6 (annotations).
"""

from enum import Enum
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    StreamObject,
    TextStringObject,
)

MOST_OBJECTS = 300_000
"""Objects of one file that are looked at; a report of 10 MB has some tens of thousands."""

_ACTIONS = {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/Rendition", "/Movie", "/Sound"}
_ACTIONS |= {"/RichMediaExecute", "/GoTo3DView"}
_LEADS = {"/A", "/PA", "/OpenAction", "/Next", "/JavaScript"}
"""The keys behind which readers look for an action."""
_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/3D", "/Movie", "/Screen", "/Sound"}
_FILES = {"/F", "/UF", "/DOS", "/Mac", "/Unix"}


class Unreadable(ValueError):
    """It is no PDF that can be read."""


class Locked(Unreadable):
    """It opens with a password only."""


def runs_something(data: bytes) -> bool:
    """True when this PDF brings a script, a program to start, or an attachment.

    Raises Unreadable, and Locked for one that asks for a password.
    """
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Locked("a password")
        if not isinstance(reader.trailer["/Root"], DictionaryObject) or not reader.pages:
            raise Unreadable("no pages")
        return _reaches(reader)
    except Unreadable:
        raise
    except (Exception, RecursionError) as error:
        # Whatever a parser of strangers' bytes stumbles over, it could not read them.
        raise Unreadable(type(error).__name__) from error


class Place(Enum):
    """Where an object was found."""

    ACTION = "where readers look for an action"
    EVENTS = "a list of actions by event"
    OTHER = "elsewhere"


def _reaches(reader: PdfReader) -> bool:
    seen: set[tuple[int, int, Place]] = set()
    waiting: list[tuple[Any, Place]] = [(reader.trailer["/Root"], Place.OTHER)]
    looked = 0
    while waiting:
        found, place = waiting.pop()
        if isinstance(found, IndirectObject):
            mark = (found.idnum, found.generation, place)
            if mark in seen:
                continue
            seen.add(mark)
            found = found.get_object()
        looked += 1
        if looked > MOST_OBJECTS:
            raise Unreadable("too many objects")
        if isinstance(found, DictionaryObject):
            if _active(found, place):
                return True
            # Not as the library reads them, which would follow every reference at once.
            inside = [(value, _place(key, place)) for key, value in dict.items(found)]
        elif isinstance(found, ArrayObject):
            inside = [(value, place) for value in list.__iter__(found)]
        else:
            continue
        waiting += [one for one in inside if isinstance(one[0], (ArrayObject, DictionaryObject, IndirectObject))]
    return False


def _place(key: str, parent: Place) -> Place:
    if key == "/AA":
        return Place.EVENTS
    if key in _LEADS or parent is Place.EVENTS or (parent is Place.ACTION and key in ("/Kids", "/Names")):
        return Place.ACTION
    return Place.OTHER


def _active(found: DictionaryObject, place: Place) -> bool:
    def told(key: str) -> Any:
        # Only `[]` follows a reference, behind which any value may stand.
        try:
            return found[key]
        except KeyError:
            return None

    # Elsewhere `/S` is the name of a kind of structure, which programs make of the author's own styles.
    if place is Place.ACTION and told("/S") in _ACTIONS:
        return True
    if told("/Type") == "/EmbeddedFile" or told("/Subtype") in _ANNOTATIONS:
        return True
    script, files, form = told("/JS"), told("/EF"), told("/XFA")
    return (
        isinstance(script, (TextStringObject, ByteStringObject, StreamObject))
        or (isinstance(files, DictionaryObject) and not _FILES.isdisjoint(files))
        or isinstance(form, (ArrayObject, StreamObject))
    )
