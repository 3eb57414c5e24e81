"""The real content of a Word document: judged by its relationships and content types, as Word itself reads it.

Names of files in the package say nothing: a program can be called `a.bin`, and the figures behind a chart lie in the
same folder as an attachment. Sources: ECMA-376, part 2 (Open Packaging Conventions) and 11.3 of part 1.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from xml.parsers import expat

from scenarios.bounded_zip import BoundedZip, ZipError

MOST_PARTS = 5000
MOST_UNPACKED = 20_000_000
"""Bytes of all that is read of one package: lists of content types and relationships, texts with fields, a workbook."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_DOCUMENT = _OFFICE + "wordprocessingml.document.main+xml"
_WORKBOOK = _OFFICE + "spreadsheetml.sheet.main+xml"
_CHARTS = (_OFFICE + "drawingml.chart+xml", "application/vnd.ms-office.chartex+xml")
_RUNS = ("macroenabled", "vbaproject", "vbadata", "oleobject", "activex", "webextension", "htmlapplication")
"""Content types of parts that run, or that a program of their own opens."""
_RELATIONS = {
    *("vbaproject", "wordvbadata", "oleobject", "package", "control", "activexcontrolbinary", "afchunk"),
    *("attachedtoolbars", "subdocument", "frame", "webextension", "webextensiontaskpanes"),
    *("xlmacrosheet", "xlintlmacrosheet"),
}
"""The kinds of relationship, by the last word of their address, that bring such a part in."""
_ASKS_PROGRAMS = ("DDE", "DDEAUTO", "LINK")
"""The fields that Word answers by asking another program, which starts for it (ECMA-376, part 1, 17.16.5)."""


class Unreadable(ValueError):
    """It is no Word document that can be read."""


@dataclass(frozen=True)
class Relation:
    """From the part `source` ("" for the package itself) to `target`: a part, or an address when it is `external`."""

    source: str
    kind: str
    target: str
    external: bool


class Package:
    """A file of the Open Packaging Conventions: parts with content types, and relationships between them."""

    def __init__(self, data: bytes):
        """Raises Unreadable."""
        try:
            self._zip = BoundedZip(data, MOST_PARTS, MOST_UNPACKED)
            self._entries = {_part(entry.filename): entry for entry in self._zip.files}
        except ValueError as error:
            raise Unreadable("no ZIP file") from error
        # Of two parts with one name every reader takes another one.
        if len(self._zip.files) != len(self._entries):
            raise Unreadable("parts twice")
        self._defaults: dict[str, str] = {}
        self._overrides: dict[str, str] = {}
        for tag, values in _elements(self.read("[content_types].xml")):
            if tag == "Default":
                self._defaults[values.get("Extension", "").lower()] = values.get("ContentType", "").lower()
            elif tag == "Override":
                self._overrides[_part(values.get("PartName", ""))] = values.get("ContentType", "").lower()
        self.relations = list(self._relations())

    def read(self, part: str) -> bytes:
        """The bytes of this part. Raises Unreadable when there is none, or when all together are too many."""
        try:
            return self._zip.read(self._entries[part])
        except (KeyError, ZipError) as error:
            raise Unreadable(part) from error

    def parts(self) -> Iterator[str]:
        """The names of all parts, in small letters."""
        yield from (name for name in self._entries if name != "[content_types].xml")

    def content_type(self, part: str) -> str:
        """The content type, in small letters; "" when the file gives none."""
        return self._overrides.get(part) or self._defaults.get(part.rpartition(".")[2], "")

    def main_type(self) -> str:
        """The content type of the part that the package is about; "" when there is none."""
        mains = [one.target for one in self.relations if not one.source and one.kind == "officedocument"]
        return self.content_type(mains[0]) if len(mains) == 1 and mains[0] in self._entries else ""

    def _relations(self) -> Iterator[Relation]:
        for name in self._entries:
            folder, file = posixpath.split(name)
            if posixpath.basename(folder) != "_rels" or not file.endswith(".rels"):
                continue
            base = posixpath.dirname(folder)
            source = posixpath.join(base, file.removesuffix(".rels"))
            for tag, values in _elements(self.read(name)):
                if tag != "Relationship":
                    continue
                kind, target = values.get("Type", "").rpartition("/")[2].lower(), values.get("Target", "")
                external = values.get("TargetMode", "").lower() == "external"
                yield Relation(source, kind, target if external else _part(target, base), external)


def runs_something(data: bytes) -> bool:
    """True when this Word document brings a program, an attachment, a template from elsewhere, or asks programs.

    Raises Unreadable for what is no Word document.
    """
    package = Package(data)
    if package.main_type() == "application/vnd.ms-word.document.macroenabled.main+xml":
        return True
    if package.main_type() != _DOCUMENT:
        raise Unreadable("another kind of document")
    brought = _typed(package) or any(_brings(package, one) for one in package.relations)
    return brought or any(_Fields(package.read(part)).ask_programs for part in package.parts() if _text(package, part))


def _text(package: Package, part: str) -> bool:
    """Whether fields may stand in this part: the document, heads and feet, notes, comments."""
    kind = package.content_type(part)
    return "wordprocessingml" in kind and kind.endswith("+xml")


class _Fields:
    """The fields of one part of the text: what each asks for, in one piece (`fldSimple`) or spread over many."""

    def __init__(self, data: bytes):
        """Raises Unreadable."""
        self.ask_programs = False
        self._open: list[str | None] = []  # what each open field asks; None once its result begins
        self._reading = False
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = self._words, _no_document_type
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, LookupError) as error:
            raise Unreadable("no XML") from error

    def _start(self, name: str, values: dict[str, str]) -> None:
        tag, named = name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in values.items()}
        if tag == "fldSimple":
            self._judge(named.get("instr", ""))
        elif tag == "instrText":
            self._reading = True
        elif tag == "fldChar":
            self._boundary(named.get("fldCharType", ""))

    def _end(self, name: str) -> None:
        if name.endswith("instrText"):
            self._reading = False

    def _words(self, text: str) -> None:
        if self._reading and self._open and self._open[-1] is not None:
            self._open[-1] += text

    def _boundary(self, kind: str) -> None:
        if kind == "begin":
            # A field whose very name is made by another field: nobody can tell what it asks.
            self.ask_programs |= bool(self._open) and self._open[-1] is not None and not self._open[-1].strip()
            self._open.append("")
        elif kind in ("separate", "end") and self._open:
            if (asked := self._open[-1]) is not None:
                self._judge(asked)
            if kind == "separate":
                self._open[-1] = None
            else:
                self._open.pop()

    def _judge(self, asked: str) -> None:
        self.ask_programs |= (asked.split() or [""])[0].upper() in _ASKS_PROGRAMS


def _typed(package: Package) -> bool:
    return any(word in package.content_type(part) for part in package.parts() for word in _RUNS)


def _brings(package: Package, one: Relation) -> bool:
    if one.kind == "attachedtemplate":
        # Word writes where the template lay on the author's own disk; one from the net is fetched and may have macros.
        return one.external and urlsplit(one.target.replace("\\", "/")).scheme.lower() in ("http", "https", "ftp")
    if one.kind not in _RELATIONS:
        return False
    of_chart = package.content_type(one.source) in _CHARTS
    if of_chart and one.external:
        return False
    return not (of_chart and one.kind == "package" and _plain_workbook(package, one.target))


def _plain_workbook(package: Package, part: str) -> bool:
    """True for a workbook with figures and nothing that runs."""
    try:
        inner = Package(package.read(part))
    except Unreadable:
        return False
    return inner.main_type() == _WORKBOOK and not (
        _typed(inner) or any(one.kind in _RELATIONS for one in inner.relations)
    )


def _part(name: str, base: str = "") -> str:
    return posixpath.normpath(posixpath.join("/", base, unquote(name).replace("\\", "/"))).lstrip("/").lower()


def _no_document_type(*_: object) -> None:
    raise Unreadable("a document type, which no part of a Word document has")


def _elements(data: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element's name without its namespace, and its attributes. Raises Unreadable, for a document type too."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, values: dict[str, str]) -> None:
        found.append((name.rpartition(" ")[2], values))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, _no_document_type
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError) as error:
        raise Unreadable("no XML") from error
    return found
