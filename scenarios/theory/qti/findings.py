"""What a package has that is not taken over, by name: for the page that tells who imports it."""

from dataclasses import dataclass
from enum import StrEnum

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
"""The namespace of items of QTI 3.0 and 3.0.1; the HTML in them has the same."""


class Why(StrEnum):
    """The reason of a finding; what stands after the dash is its `what`."""

    NO_ARCHIVE = "no_archive"  # no ZIP file, a damaged or dangerous one - what is wrong with it
    NO_MANIFEST = "no_manifest"  # a ZIP file without imsmanifest.xml in its root
    OLD_VERSION = "old_version"  # an item of QTI 1.x or 2.x - its namespace
    NO_QTI = "no_qti"  # another kind of document - its root element
    NO_XML = "no_xml"  # cannot be read as XML - what the parser says
    DOCUMENT_TYPE = "document_type"  # XML with a document type
    MISSING_FILE = "missing_file"  # a link to nothing - the link
    OUTSIDE = "outside"  # a link to the web, or out of the package - the link
    UNKNOWN_MEDIA = "unknown_media"  # no picture or sound of a kind that browsers show - the path
    TWICE = "twice"  # another item of the package has the same identifier - the identifier
    INTERACTION = "interaction"  # a kind of question that is not supported - its element
    INTERACTIONS = "interactions"  # none, or several - how many
    ELEMENT = "element"  # an element that is not supported - its name
    ATTRIBUTE = "attribute"  # an attribute that is not supported - its name
    VALUE = "value"  # a value that is missing or that the standard does not allow - where it stands, and the value
    KEY = "key"  # no right answer is given, or one that cannot be given - the values
    RULE = "rule"  # scoring that is not supported - its template or element
    POINTS = "points"  # nothing can be earned
    NO_RULE = "no_rule"  # remark: no scoring is given; right is what the key says
    FEEDBACK = "feedback"  # remark: feedback is left out - its element
    STYLE = "style"  # remark: a style sheet is left out - its address
    RUBRIC = "rubric"  # remark: text for others than candidates is left out - for whom
    NO_ALTERNATIVE = "no_alternative"  # remark: a picture or sound has no words - its path
    RESOURCE = "resource"  # remark: something else in the package is left out - its type


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is not taken over; `where` is the item's file in the package, or the manifest."""

    where: str
    why: Why
    what: str = ""


class Findings:
    """Everything found in one file: what refuses it, and what is merely left out."""

    def __init__(self, where: str):
        self.where = where
        self.refused: list[Finding] = []
        self.remarks: list[Finding] = []

    def refuse(self, why: Why, what: str = "") -> None:
        """The file cannot be taken over, for this reason besides others; each is kept once."""
        self._add(self.refused, why, what)

    def remark(self, why: Why, what: str = "") -> None:
        """This is left out, and the rest stays what it is."""
        self._add(self.remarks, why, what)

    def _add(self, kept: list[Finding], why: Why, what: str) -> None:
        if (one := Finding(self.where, why, what)) not in kept:
            kept.append(one)


def local(tag: str) -> str:
    """The name of an element of QTI; one of another namespace is named with it."""
    return tag.removeprefix(f"{{{QTI}}}")
