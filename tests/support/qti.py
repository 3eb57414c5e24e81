"""Items and content packages of QTI 3.0 as other programs write them, with one thing changed at a time."""

import struct
import zlib

from support.opc import zipped

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
MATCH_CORRECT = (
    '<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>'
)
MAP_RESPONSE = MATCH_CORRECT.replace("match_correct", "map_response")
CHOICE = (
    '<qti-choice-interaction response-identifier="RESPONSE"><qti-prompt>Wat doet u eerst?</qti-prompt>'
    '<qti-simple-choice identifier="A">Samenvatten</qti-simple-choice>'
    '<qti-simple-choice identifier="B" fixed="true">Doorverbinden</qti-simple-choice>'
    '<qti-simple-choice identifier="C">Ophangen</qti-simple-choice></qti-choice-interaction>'
)


def declaration(*correct: str, cardinality="single", kind="identifier", mapping="", identifier="RESPONSE") -> str:
    """A response declaration with its key and, perhaps, the inside of a mapping element with its tag."""
    values = "".join(f"<qti-value>{one}</qti-value>" for one in correct)
    key = f"<qti-correct-response>{values}</qti-correct-response>" if correct else ""
    return (
        f'<qti-response-declaration identifier="{identifier}" cardinality="{cardinality}" base-type="{kind}">'
        f"{key}{mapping}</qti-response-declaration>"
    )


def mapping(bounds="", **points: float) -> str:
    """A mapping; `bounds` are its attributes."""
    entries = "".join(f'<qti-map-entry map-key="{key}" mapped-value="{one}"/>' for key, one in points.items())
    return f"<qti-mapping {bounds}>{entries}</qti-mapping>"


def item(body=CHOICE, declared=None, processing=MATCH_CORRECT, head="", tail="", values="", identifier="item-1") -> str:
    """An item; what is not named is a plain single choice of which A is right."""
    declared = declaration("A") if declared is None else declared
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<qti-assessment-item xmlns="{QTI}" identifier="{identifier}" title="Een vraag" '
        f'time-dependent="false" {values}>'
        f'{declared}<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>{head}'
        f"<qti-item-body>{body}</qti-item-body>{processing}{tail}</qti-assessment-item>"
    )


def manifest(*resources: str, prefix="", space=PACKAGING, version="3.0.0") -> str:
    """A manifest with these resources, perhaps with a prefix before each name."""
    named = f"xmlns:{prefix.rstrip(':')}" if prefix else "xmlns"
    return (
        f'<{prefix}manifest {named}="{space}" identifier="m"><{prefix}metadata>'
        f"<{prefix}schema>QTI Package</{prefix}schema>"
        f"<{prefix}schemaversion>{version}</{prefix}schemaversion></{prefix}metadata><{prefix}organizations/>"
        f"<{prefix}resources>{''.join(resources)}</{prefix}resources></{prefix}manifest>"
    )


def resource(href: str, kind="imsqti_item_xmlv3p0", prefix="", inside="") -> str:
    """One resource of a manifest."""
    return (
        f'<{prefix}resource identifier="r" type="{kind}" href="{href}">{inside}'
        f'<{prefix}file href="{href}"/></{prefix}resource>'
    )


def package(*items: str | bytes, **files: str | bytes) -> bytes:
    """A package with these items as `item1.xml` and so on; other files with `__` for a slash and `_dot_` for a dot."""
    named = {f"item{number}.xml": one for number, one in enumerate(items, start=1)}
    more = {name.replace("__", "/").replace("_dot_", "."): data for name, data in files.items()}
    return zipped({"imsmanifest.xml": manifest(*(resource(name) for name in named))} | named | more)


def png() -> bytes:
    """A picture of one grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def wav() -> bytes:
    """A hundredth of a second of silence."""
    data = bytes(80)
    form = struct.pack("<4sIHHIIHH4sI", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", len(data))
    return b"RIFF" + struct.pack("<I", 4 + len(form) + len(data)) + b"WAVE" + form + data
