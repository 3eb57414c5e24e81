"""What a PDF brings is told by the objects that a reader reaches, never by words among its bytes."""

import io

import pytest
from pypdf import PdfReader, PdfWriter
from support.pdf import packed, pdf, stream

from storage.dossier import pdf_files
from storage.dossier.pdf_files import Locked, Unreadable, runs_something

SCRIPT = "<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
LINK = "<< /Type /Annot /Subtype /Link /Rect [0 0 1 1] /A << /S /URI /URI (https://a.example{}) >> >>"
FILE = "<< /Type /Filespec /F (a.exe) /EF << /F 5 0 R >> >>"


@pytest.mark.parametrize(
    "data",
    [
        pdf(),
        b"\n\n" + pdf(),
        pdf("", f"/Annots [{LINK.format('/LaunchEvent')}]"),
        pdf("", f"/Annots [{LINK.format('/JavaScript/EmbeddedFiles')}]"),
        pdf("", "/Contents 4 0 R", stream(b"BT (/JavaScript /Launch /EmbeddedFile) Tj ET")),
        pdf("/Names << /EmbeddedFiles << /Names [] >> >>"),
        # A word processor calls the kinds of structure after the author's styles.
        pdf(
            "/StructTreeRoot 4 0 R /Outlines 6 0 R",
            "",
            "<< /Type /StructTreeRoot /K [5 0 R] /RoleMap << /JavaScript /P /JS /P >> >>",
            "<< /Type /StructElem /S /JavaScript /P 4 0 R /K 0 /A << /O /Layout /Placement /Block >> >>",
            "<< /First 7 0 R >>",
            "<< /Title (a) /Parent 6 0 R /SE 5 0 R /Next 8 0 R >>",
            "<< /Title (b) /Parent 6 0 R /SE 5 0 R >>",
        ),
        pdf("/OpenAction [3 0 R /Fit]"),
        pdf("/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
        pdf("/AcroForm << /Fields [] >>"),
        pdf("", "", "<< /S /JavaScript /JS (nobody refers to this) >>"),
        packed("/PageMode /UseNone"),
        pdf() + b"a line of a mail server behind it\n",
    ],
)
def test_what_only_reads_like_a_program_is_taken(data):
    assert runs_something(data) is False


@pytest.mark.parametrize(
    "data",
    [
        pdf(f"/OpenAction {SCRIPT}"),
        pdf(f"/OpenAction {SCRIPT}".replace("/JavaScript", "/Java#53cript")),
        pdf("/OpenAction << /S /Launch /F (a.exe) >>"),
        pdf("/OpenAction << /S /L#61unch /F (a.exe) >>"),
        pdf("/OpenAction << /S /GoTo /D [3 0 R /Fit] /Next [4 0 R] >>", "", "<< /S /Launch /F (a.exe) >>"),
        pdf("/OpenAction << /S 4 0 R /F (a.exe) >>", "", "/Launch"),
        pdf("/AF [<< /F (a.exe) /EF 4 0 R >>]", "", "<< /F 5 0 R >>", stream(b"MZ")),
        pdf("", "/Annots 4 0 R", "[5 0 R]", "<< /Subtype 6 0 R >>", "/RichMedia"),
        pdf(f"/AA << /WC {SCRIPT} >>"),
        pdf("/AA 4 0 R", "", "<< /WC 5 0 R >>", "<< /S /Launch /F (a.exe) >>"),
        pdf("/Names << /JavaScript << /Kids [4 0 R] >> >>", "", f"<< /Names [(a) {SCRIPT}] >>"),
        pdf("/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS 4 0 R >>] >> >>", "", stream(b"x")),
        pdf("", "/AA << /O << /S /SubmitForm /F (https://a.example) >> >>"),
        pdf("", "/Annots [<< /Subtype /Link /A << /S /GoToE /T << >> >> >>]"),
        pdf("/Names << /EmbeddedFiles << /Names [(a) 4 0 R] >> >>", "", FILE, stream(b"MZ")),
        pdf("/AF [4 0 R]", "", FILE, stream(b"MZ", "/Type /EmbeddedFile")),
        pdf("", "/Annots [<< /Subtype /FileAttachment /FS (a) >>]"),
        pdf("", "/Annots [<< /Subtype /RichMedia >>]"),
        pdf("/AcroForm << /XFA 4 0 R >>", "", stream(b"<xdp/>")),
        packed(f"/OpenAction {SCRIPT}"),
        packed("/OpenAction 4 0 R", "<< /S /Launch /F (a.exe) >>"),
        # The table that says where the objects begin is gone: a reader looks for them itself.
        pdf(f"/OpenAction {SCRIPT}").replace(b"startxref\n", b"startxref\n9"),
    ],
)
def test_what_runs_or_is_attached_is_found_however_it_is_written(data):
    assert runs_something(data) is True


def test_the_packed_file_shows_no_word_and_the_others_are_read_by_pypdf():
    assert b"JavaScript" not in packed(f"/OpenAction {SCRIPT}")
    assert len(PdfReader(io.BytesIO(packed("")), strict=True).pages) == 1
    assert len(PdfReader(io.BytesIO(pdf()), strict=True).pages) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"%PDF-1.7",
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n",
        b"%PDF-1.7\n" + b"[" * 100_000 + b"\nstartxref\n9\n%%EOF\n",
        pdf()[:60],
        pdf().replace(b"/Root", b"/Toor").replace(b"/Catalog", b"/Nothing"),
        pdf().replace(b"/Kids [3 0 R] /Count 1", b"/Kids [] /Count 0     "),
        pdf().replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        pdf().replace(b"/Kids [3 0 R]", b"/Kids [2 0 R]"),
    ],
)
def test_what_is_no_pdf_is_unreadable(data):
    with pytest.raises(Unreadable):
        runs_something(data)


def test_more_objects_than_a_report_has_are_not_gone_through(monkeypatch):
    monkeypatch.setattr(pdf_files, "MOST_OBJECTS", 1000)
    assert runs_something(pdf(f"/A [{'[]' * 900}]")) is False
    with pytest.raises(Unreadable):
        runs_something(pdf(f"/A [{'[]' * 1000}]"))


@pytest.mark.parametrize("password, taken", [("", True), ("geheim", False)])
def test_a_file_that_needs_a_password_is_told_apart(password, taken):
    writer, out = PdfWriter(io.BytesIO(pdf())), io.BytesIO()
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(out)
    if taken:
        assert runs_something(out.getvalue()) is False
    else:
        with pytest.raises(Locked):
            runs_something(out.getvalue())
