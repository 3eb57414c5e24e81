"""Word documents and workbooks as their programs pack them: parts, content types and relationships."""

import io
import zipfile

OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENT = OFFICE + "wordprocessingml.document.main+xml"
WORKBOOK = OFFICE + "spreadsheetml.sheet.main+xml"
SHEET = OFFICE + "spreadsheetml.sheet"
CHART = OFFICE + "drawingml.chart+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP file with these parts."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return data.getvalue()


def relations(*found: tuple[str, str], external: bool = False) -> str:
    """A list of relationships: (last word of the type, target) each."""
    mode = ' TargetMode="External"' if external else ""
    rows = "".join(
        f'<Relationship Id="r{at}" Type="{RELATION}{kind}" Target="{target}"{mode}/>'
        for at, (kind, target) in enumerate(found)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}relationships">{rows}</Relationships>'


def types(overrides: dict[str, str]) -> str:
    """The content types of a package."""
    rows = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in overrides.items())
    defaults = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    defaults += (
        f'<Default Extension="xml" ContentType="application/xml"/><Default Extension="xlsx" ContentType="{SHEET}"/>'
    )
    return f'{_HEAD}<Types xmlns="{_PACKAGE}content-types">{defaults}{rows}</Types>'


def word(*parts: tuple[str, str, str], main: str = DOCUMENT, **more: str | bytes) -> bytes:
    """A Word document with parts of its own beside the text: (last word of the relationship, name, content type).

    `more` are further parts, with `__` in their names for a slash and `_dot_` for a dot.
    """
    made: dict[str, str | bytes] = {
        "[Content_Types].xml": types(
            {"word/document.xml": main, **{f"word/{n}": kind for _, n, kind in parts if kind}}
        ),
        "_rels/.rels": relations(("officeDocument", "word/document.xml")),
        "word/document.xml": "<w/>",
        "word/_rels/document.xml.rels": relations(*((kind, name) for kind, name, _ in parts)),
        **{f"word/{name}": b"x" for _, name, _ in parts},
    }
    return zipped(made | {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()})


def workbook(*parts: tuple[str, str, str], main: str = WORKBOOK) -> bytes:
    """A workbook, as it lies behind a chart."""
    overrides = {"xl/workbook.xml": main, **{f"xl/{name}": kind for _, name, kind in parts}}
    return zipped(
        {
            "[Content_Types].xml": types(overrides),
            "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": "<w/>",
            "xl/_rels/workbook.xml.rels": relations(*((kind, name) for kind, name, _ in parts)),
            **{f"xl/{name}": b"x" for _, name, _ in parts},
        }
    )


def chart(behind: bytes, **more: str | bytes) -> bytes:
    """A Word document with a chart, and this behind it."""
    return word(
        ("chart", "charts/chart1.xml", CHART),
        **{
            "word__charts___rels__chart1_dot_xml_dot_rels": relations(("package", "../embeddings/Figures.xlsx")),
            "word__embeddings__Figures_dot_xlsx": behind,
        }
        | more,
    )
