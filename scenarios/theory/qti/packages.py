"""Content packages of QTI 3.0: what comes in, what is refused and why, and what goes out.

An item comes in whole or not at all, and every reason is named. Which version an item is of is told by the namespace
of its root: what manifests say of it is often wrong. Term and source of an item stand in the metadata of its resource
(IEEE LOM: the classification "educational objective", and the relation "isbasedon").
"""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from scenarios.bounded_zip import ZipError
from scenarios.theory.items import Item
from scenarios.theory.media import Medium, medium
from scenarios.theory.qti.archive import Archive, Outside
from scenarios.theory.qti.findings import Finding, Findings, Why
from scenarios.theory.qti.item_reader import read_item
from scenarios.theory.qti.item_writer import document, write_item
from scenarios.theory.qti.xml_tree import XML, DocumentTypeError, XMLError, parse

MANIFEST = "imsmanifest.xml"
_PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_ITEMS = ("imsqti_item", "imsqti_apipitem", "imsqti_v")
"""How the types of resources that are items begin, of every version: the item itself tells of which it is."""
_SILENT = ("webcontent", "resourcemetadata/xml")


class PackageError(ValueError):
    """Nothing of it can be read; `finding` says why."""

    def __init__(self, finding: Finding):
        super().__init__(f"{finding.where}: {finding.why} {finding.what}")
        self.finding = finding


@dataclass(frozen=True)
class Package:
    """What was read: items in the order of the manifest, and the media that they show, by path.

    `refused` holds every reason for every item that did not come in, `remarks` what was left out beside items.
    """

    items: tuple[Item, ...]
    media: Mapping[str, Medium] = field(default_factory=dict)
    refused: tuple[Finding, ...] = ()
    remarks: tuple[Finding, ...] = ()


def read_package(data: bytes) -> Package:
    """The package in these bytes of a ZIP file. Raises PackageError when it is none."""
    try:
        return _PackageReader(Archive(data)).package()
    except ZipError as error:
        raise PackageError(Finding("", Why.NO_ARCHIVE, str(error))) from error


def write_package(items: Sequence[Item], media: Mapping[str, Medium]) -> bytes:
    """The same package as a ZIP file; equal items give equal bytes.

    What was written is read back first. Raises ValueError when that gives anything else, such as for a text with signs
    that XML cannot carry, points that are no decimal fraction, or a picture without its file.
    """
    used = {path for item in items for path in item.media}
    if missing := sorted(used - media.keys()):
        raise ValueError(f"without its file: {missing[0]}")
    files = {path: media[path].data for path in sorted(used)}
    manifest, resources = _manifest()
    for number, item in enumerate(items, start=1):
        path = f"items/item-{number:04}.xml"
        if {path, MANIFEST} & files.keys():
            raise ValueError(f"a picture or sound is called {path} or {MANIFEST}")
        files[path] = write_item(item, lambda name: (_href(name, "items"), media[name].kind))
        _resource(resources, item, path, number)
    files[MANIFEST] = document(manifest)
    data = _zipped(files)
    found = read_package(data)
    if found.items != tuple(items) or found.refused or dict(found.media) != {path: media[path] for path in used}:
        raise ValueError("; ".join(f"{one.why} {one.what}" for one in found.refused) or "it does not read back equal")
    return data


class _PackageReader:
    def __init__(self, archive: Archive):
        self._archive = archive
        self._media: dict[str, Medium] = {}
        self._manifest = Findings(MANIFEST)
        self._refused: list[Finding] = []
        self._remarks: list[Finding] = []
        self._read: set[str] = set()

    def package(self) -> Package:
        items: dict[str, Item] = {}
        tests: list[tuple[str, str]] = []
        for resource, base in self._resources():
            kind = resource.get("type", "")
            if kind.startswith(_ITEMS):
                if item := self._item(resource, base, items):
                    items[item.key] = item
            elif kind.startswith("imsqti_test"):
                tests.append((resource.get("href", ""), base))
            elif kind not in _SILENT:
                self._manifest.remark(Why.RESOURCE, kind)
        # Some manifests name only the test; its items are then those that the test refers to.
        for href, base in tests:
            for resource, folder in self._of_test(href, base):
                if item := self._item(resource, folder, items):
                    items[item.key] = item
        used = {path for item in items.values() for path in item.media}
        return Package(
            items=tuple(items.values()),
            media={path: one for path, one in self._media.items() if path in used},
            refused=(*self._manifest.refused, *self._refused),
            remarks=(*self._manifest.remarks, *self._remarks),
        )

    def _resources(self) -> Iterator[tuple[Element, str]]:
        """Every resource of the manifest, with the folder that its links start from."""
        if MANIFEST not in self._archive:
            raise PackageError(Finding("", Why.NO_MANIFEST))
        try:
            root = parse(self._archive.read(MANIFEST))
        except DocumentTypeError as error:
            raise PackageError(Finding(MANIFEST, Why.DOCUMENT_TYPE)) from error
        except XMLError as error:
            raise PackageError(Finding(MANIFEST, Why.NO_XML, str(error))) from error
        if _local(root) != "manifest":
            raise PackageError(Finding(MANIFEST, Why.NO_QTI, root.tag))
        for group in _children(root, "resources"):
            for resource in _children(group, "resource"):
                yield resource, "".join(one.get(f"{XML}base", "") for one in (root, group, resource))

    def _item(self, resource: Element, base: str, taken: Mapping[str, Item]) -> Item | None:
        href = resource.get("href") or next((one.get("href", "") for one in _children(resource, "file")), "")
        path = self._find(href, base, self._manifest)
        if path is None:
            return None
        self._read.add(path)
        findings = Findings(path)
        folder = posixpath.dirname(path)
        term, source = _described(resource)
        data = self._archive.read(path)
        item = read_item(data, findings, lambda one: self._medium(one, folder, findings), term, source)
        if item and item.key in taken:
            findings.refuse(Why.TWICE, item.key)
        self._refused += findings.refused
        self._remarks += [] if findings.refused else findings.remarks
        return None if findings.refused else item

    def _of_test(self, href: str, base: str) -> Iterator[tuple[Element, str]]:
        """The items to which a test refers and which no resource named, each once, with the folder of the test."""
        self._manifest.remark(Why.RESOURCE, "imsqti_test_xmlv3p0")
        path = self._find(href, base, self._manifest)
        if path is None:
            return
        try:
            root = parse(self._archive.read(path))
        except XMLError as error:
            self._refused.append(Finding(path, Why.NO_XML, str(error)))
            return
        folder = posixpath.dirname(path)
        for one in root.iter():
            if _local(one) in ("qti-assessment-item-ref", "assessmentItemRef"):
                link = one.get("href", "")
                if self._target(link, folder) not in self._read:
                    yield Element("resource", {"href": link}), folder

    def _target(self, href: str, folder: str) -> str | None:
        try:
            return self._archive.find(href, folder)
        except Outside:
            return None

    def _medium(self, href: str, folder: str, findings: Findings) -> str | None:
        path = self._find(href, folder, findings)
        if path is None or path in self._media:
            return path
        found = medium(self._archive.read(path))
        if found is None:
            findings.refuse(Why.UNKNOWN_MEDIA, path)
            return None
        self._media[path] = found
        return path

    def _find(self, href: str, folder: str, findings: Findings) -> str | None:
        try:
            path = self._archive.find(href, folder) if href.strip() else None
        except Outside:
            findings.refuse(Why.OUTSIDE, href)
            return None
        if path is None:
            findings.refuse(Why.MISSING_FILE, href)
        return path


def _described(resource: Element) -> tuple[str, str]:
    """The term and the source that the metadata of a resource give; "" where they give none."""
    term = source = ""
    for one in resource.iter():
        if _local(one) == "classification" and "educational objective" in _words(one, "purpose"):
            taxons = [child for child in one.iter() if _local(child) == "taxon"]
            term = _words(taxons[-1], "id") if taxons else ""
        elif _local(one) == "relation" and "isbasedon" in _words(one, "kind"):
            source = _words(one, "description")
    return term, source


def _words(parent: Element, name: str) -> str:
    texts = ["".join(child.itertext()) for child in parent.iter() if _local(child) == name]
    return " ".join(" ".join(texts).split())


def _local(one: Element) -> str:
    return one.tag.rpartition("}")[2]


def _children(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if _local(child) == name]


def _manifest() -> tuple[Element, Element]:
    """A manifest, and the element in it for resources."""
    root = Element("manifest", {"xmlns": _PACKAGING, "identifier": "vignet-items"})
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = "QTI Package"
    SubElement(metadata, "schemaversion").text = "3.0.0"
    SubElement(root, "organizations")
    return root, SubElement(root, "resources")


def _resource(resources: Element, item: Item, path: str, number: int) -> None:
    named = {"identifier": f"resource-{number:04}", "type": "imsqti_item_xmlv3p0", "href": path}
    resource = SubElement(resources, "resource", named)
    if item.term or item.source:
        lom = SubElement(SubElement(resource, "metadata"), "lom", xmlns=_LOM)
        if item.source:
            relation = SubElement(lom, "relation")
            _vocabulary(relation, "kind", "isbasedon")
            description = SubElement(SubElement(relation, "resource"), "description")
            SubElement(description, "string").text = item.source
        if item.term:
            classification = SubElement(lom, "classification")
            _vocabulary(classification, "purpose", "educational objective")
            taxon = SubElement(SubElement(classification, "taxonPath"), "taxon")
            SubElement(taxon, "id").text = item.term
    for name in (path, *sorted(item.media)):
        SubElement(resource, "file", href=_href(name))


def _vocabulary(parent: Element, name: str, value: str) -> None:
    one = SubElement(parent, name)
    SubElement(one, "source").text = "LOMv1.0"
    SubElement(one, "value").text = value


def _href(path: str, folder: str = "") -> str:
    """The address of a file as another one in this folder writes it."""
    return quote(posixpath.relpath(path, folder or "."))


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()
