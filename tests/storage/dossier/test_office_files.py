"""Files as a real LibreOffice saves them: role descriptions that are taken, and programs in them that are not.

LibreOffice makes each of them here (`make proof` installs it, tests/apt-proof.txt), from a source in its own flat form
or in HTML, so that nothing of it has to be kept.
"""

import subprocess
from pathlib import Path

import pytest
from support import services

from storage.base.refusal import Refused
from storage.dossier.role_documents import DOCX, PDF, Rule, sniff

pytestmark = [pytest.mark.proof, pytest.mark.one_database]

PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
ROLE = f"""<html><body><h1>Functie: medewerker klantcontact</h1>
<p>U beantwoordt <b>vragen</b>, zie <a href="https://voorbeeld.example/LaunchEvent?JavaScript=1">de regeling</a>.</p>
<ul><li>één</li><li>twee 😀 王小明</li></ul><table border=1><tr><td>a</td><td>b</td></tr></table>
<p><img src="{PICTURE}" alt="een stip"></p></body></html>"""
NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("text", "text"), ("script", "script"), ("table", "table"))
)
LINKED = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:ooo="http://openoffice.org/2004/office"'
MACRO = f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document {NAMESPACES} {LINKED} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:scripts><office:script script:language="ooo:Basic"><ooo:libraries>
<ooo:library-embedded ooo:name="Standard"><ooo:module ooo:name="Module1"><ooo:source-code>Sub Main
MsgBox "x"
End Sub</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries></office:script></office:scripts>
<office:body><office:text><text:p>Functie</text:p></office:text></office:body></office:document>"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """`saved(source, ending, as_what)`: this source, opened by LibreOffice and saved in another form."""
    home = tmp_path_factory.mktemp("office")

    def convert(source: str | bytes, ending: str, as_what: str) -> bytes:
        folder = home / f"{len(list(home.iterdir()))}"
        folder.mkdir()
        path = folder / f"functie{ending}"
        path.write_bytes(source if isinstance(source, bytes) else source.encode())
        command = ["soffice", f"-env:UserInstallation=file://{home}/profile", "--headless"]
        command += ["--convert-to", as_what, "--outdir", folder / "out", path]
        subprocess.run(command, check=True, capture_output=True, timeout=240, cwd=services.ROOT)
        (made,) = Path(folder, "out").iterdir()
        return made.read_bytes()

    return convert


@pytest.mark.parametrize("as_what", ["docx:MS Word 2007 XML", "docx:Office Open XML Text"])
def test_a_word_document_of_libreoffice_is_taken(saved, as_what):
    odt = saved(ROLE, ".html", "odt:writer8")
    assert sniff(saved(odt, ".odt", as_what)) == DOCX


@pytest.mark.parametrize("version", [0, 1, 2, 3, 15, 16, 17])
def test_a_pdf_of_libreoffice_is_taken(saved, version):
    """PDF 1.7, PDF/A-1, -2 and -3, and 1.5, 1.6 and 1.7 by name."""
    odt = saved(ROLE, ".html", "odt:writer8")
    options = f'pdf:writer_pdf_Export:{{"SelectPdfVersion":{{"type":"long","value":"{version}"}}}}'
    assert sniff(saved(odt, ".odt", options)) == PDF


def test_a_form_in_a_pdf_of_libreoffice_is_taken(saved):
    form = "<html><body><form><input type=text name=naam><input type=checkbox name=ja></form></body></html>"
    assert sniff(saved(saved(form, ".html", "odt:writer8"), ".odt", "pdf:writer_pdf_Export")) == PDF


def test_a_pdf_with_a_password_of_libreoffice_says_that_it_has_one(saved):
    odt = saved(ROLE, ".html", "odt:writer8")
    options = (
        'pdf:writer_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},'
        '"DocumentOpenPassword":{"type":"string","value":"geheim"}}'
    )
    with pytest.raises(Refused) as refused:
        sniff(saved(odt, ".odt", options))
    assert refused.value.rule == Rule.LOCKED


def test_a_document_with_a_macro_of_libreoffice_is_not_taken(saved):
    made = saved(MACRO, ".fodt", "docm:MS Word 2007 XML VBA")
    with pytest.raises(Refused) as refused:
        sniff(made)
    assert refused.value.rule == Rule.ACTIVE


@pytest.mark.parametrize(
    ("ending", "as_what"), [("odt", "odt:writer8"), ("doc", "doc:MS Word 97"), ("rtf", "rtf:Rich Text Format")]
)
def test_other_forms_of_libreoffice_are_named_as_not_taken(saved, ending, as_what):
    made = (
        saved(saved(ROLE, ".html", "odt:writer8"), ".odt", as_what)
        if ending != "odt"
        else saved(ROLE, ".html", as_what)
    )
    with pytest.raises(Refused) as refused:
        sniff(made)
    assert refused.value.rule == Rule.OTHER_TYPE


def test_a_spreadsheet_is_no_role_description(saved):
    made = saved("a;b\n1;2\n", ".csv", "xlsx:Calc MS Excel 2007 XML")
    with pytest.raises(Refused) as refused:
        sniff(made)
    assert refused.value.rule == Rule.OTHER_TYPE
