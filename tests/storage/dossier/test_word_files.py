"""What a Word document brings is told by its relationships and content types, never by the names of its parts."""

import io
import zipfile

import pytest
from support import opc

from storage.dossier import word_files
from storage.dossier.word_files import Unreadable, runs_something

VBA = ("vbaProject", "vbaProject.bin", "application/vnd.ms-office.vbaProject")
OLE = opc.OFFICE + "oleObject"
TEMPLATE = opc.OFFICE + "wordprocessingml.template.main+xml"
SETTINGS = "word___rels__settings_dot_xml_dot_rels"


def template(target):
    return opc.word(
        ("settings", "settings.xml", ""), **{SETTINGS: opc.relations(("attachedTemplate", target), external=True)}
    )


@pytest.mark.parametrize(
    "data",
    [
        opc.word(),
        opc.word(("image", "media/vbaProject.bin", "image/png")),
        opc.word(("printerSettings", "printerSettings1.bin", opc.OFFICE + "wordprocessingml.printerSettings")),
        opc.word(("image", "embeddings/picture.png", "image/png")),
        opc.word(("font", "fonts/font1.odttf", opc.OFFICE + "obfuscatedFont")),
        opc.chart(opc.workbook()),
        template("file:///C:\\Users\\proef\\Templates\\Huisstijl.dotx"),
        opc.word(
            **{"word___rels__x_dot_xml_dot_rels": opc.relations(("hyperlink", "https://a.example/vbaProject.bin"))}
        ),
    ],
)
def test_what_only_reads_like_a_program_is_taken(data):
    assert runs_something(data) is False


@pytest.mark.parametrize(
    "data",
    [
        opc.word(VBA, main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        opc.word(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        opc.word(("vbaProject", "media/image1.png", "image/png")),
        opc.word(("image", "media/image1.png", "application/vnd.ms-office.vbaProject")),
        opc.word(("oleObject", "media/a.bin", OLE)),
        opc.word(("package", "embeddings/Figures.xlsx", opc.SHEET)),
        opc.word(("control", "activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml")),
        opc.word(("aFChunk", "chunk.html", "text/html")),
        opc.chart(opc.workbook(VBA)),
        opc.chart(opc.workbook(main="application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
        opc.chart(opc.workbook(("oleObject", "a.bin", OLE))),
        opc.chart(opc.workbook(("package", "again.xlsx", opc.SHEET))),
        opc.chart(opc.word()),
        opc.chart(b"MZ no workbook"),
        template("https://elsewhere.example/a.dotm"),
        opc.word(**{"word___RELS__Document2_dot_xml_dot_RELS": opc.relations(("VbaProject", "a"))}),
    ],
)
def test_what_runs_or_is_attached_is_found_whatever_its_name(data):
    assert runs_something(data) is True


def twice():
    data = io.BytesIO(opc.word())
    with zipfile.ZipFile(data, "a") as file:
        file.writestr("WORD/document.xml", "<other/>")
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip",
        opc.word()[:-30],
        opc.zipped({"a.txt": "x"}),
        opc.zipped({"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"}),
        opc.workbook(),
        opc.word(main=TEMPLATE),
        twice(),
        opc.zipped({"[Content_Types].xml": "no XML"}),
        opc.zipped({"[Content_Types].xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        opc.zipped({"[Content_Types].xml": '<?xml version="1.0" encoding="none"?><a/>'}),
        opc.zipped({"[Content_Types].xml": b"<x/>" + b" " * word_files.MOST_UNPACKED}),
        opc.zipped({f"{n}": "" for n in range(word_files.MOST_PARTS + 1)}),
    ],
)
def test_what_is_no_word_document_is_unreadable(data):
    with pytest.raises(Unreadable):
        runs_something(data)


def text(*runs: str, part: str = "document") -> bytes:
    """A Word document whose text, or another part of it, has these elements."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = f"<w:document {space}><w:body><w:p>{''.join(runs)}</w:p></w:body></w:document>"
    if part == "document":
        return opc.word(**{"word__document_dot_xml": body})
    kind = f"{opc.OFFICE}wordprocessingml.{part}+xml"
    return opc.word((part, f"{part}1.xml", kind), **{f"word__{part}1_dot_xml": body})


def field(*asked: str, result: str = "7") -> str:
    """A field in pieces, as Word writes it; a piece that is an element already is a field inside it."""
    pieces = "".join(one if one.startswith("<") else f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in asked)
    marks = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{marks[0]}{pieces}{marks[1]}<w:r><w:t>{result}</w:t></w:r>{marks[2]}"


@pytest.mark.parametrize(
    "data",
    [
        text(field(" PAGE ")),
        text(field("HYPERLINK ", '"https://a.example/DDE"')),
        text(field(" REF DDE ")),
        text(field(' IF 1 = 1 "DDEAUTO" ""')),
        text('<w:fldSimple w:instr=" DATE "><w:r><w:t>DDEAUTO a b</w:t></w:r></w:fldSimple>'),
        text("<w:r><w:t>DDEAUTO excel blad</w:t></w:r>"),
        text(field(" IF ", field("PAGE"), " > 1 ")),
        text(field(" PAGE "), part="header"),
        text(field(" LINKEROOG ")),
    ],
)
def test_a_field_that_asks_no_program_is_taken(data):
    assert runs_something(data) is False


@pytest.mark.parametrize(
    "data",
    [
        text(field(" DDEAUTO excel blad cel ")),
        text(field("DD", "EAUTO ", "excel blad cel")),
        text(field("dde excel blad cel")),
        text(field(" LINK Excel.Sheet.12 C:\\a.xlsx ")),
        text('<w:fldSimple w:instr="DDE excel blad cel"/>'),
        text(field(" IF 1 = 1 ", field("DDE excel blad cel"))),
        text(field(field("QUOTE 68 68 69"), " excel blad cel")),
        *(text(field(" DDEAUTO excel blad "), part=one) for one in ("header", "footer", "footnotes", "comments")),
    ],
)
def test_a_field_that_asks_a_program_is_found_however_it_is_written(data):
    assert runs_something(data) is True
