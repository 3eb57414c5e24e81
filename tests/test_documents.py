"""Documents that name files and tests: what they name is there, and what is there is named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOST, ROADS = ROOT / "tests" / "lost_recordings.md", ROOT / "recorder" / "README.md"


def names_of_tests() -> set[str]:
    found = (re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.M) for path in ROOT.glob("tests/**/*.py"))
    return {name for names in found for name in names}


def rows(document: Path) -> list[list[str]]:
    """The cells of every row of every table, heads and rules left out."""
    lines = [line for line in document.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if not line.startswith("|---")]


def test_every_complaint_is_held_by_tests_that_exist():
    complaints = [row for row in rows(LOST) if row[0] != "Reported of"]
    assert len(complaints) > 35
    there = names_of_tests()
    for _, complaint, held in complaints:
        names = re.findall(r"`(test_\w+)`", held)
        assert names or held.startswith("does not apply: "), complaint
        assert set(names) <= there, complaint


def test_every_file_of_the_recorder_has_one_line_and_every_line_a_file():
    cells = [row[0] for row in rows(ROADS) if row[0].startswith("`") and ".py`" in row[0]]
    named = [name for cell in cells for name in re.findall(r"`([\w/]+\.py)`", cell)]
    files = [path.relative_to(ROOT / "recorder").as_posix() for path in (ROOT / "recorder").rglob("*.py")]
    assert sorted(named) == sorted(name for name in files if not name.endswith("__init__.py"))


def test_the_picture_of_the_road_names_files_that_exist():
    picture = ROADS.read_text().split("```")[1]
    named = set(re.findall(r"[a-z_]{3,}", picture))
    files = {path.stem for path in (ROOT / "recorder").rglob("*.py")}
    road = "auth tickets whip peer session receiver receive_stats rtcp packet_file spool slices slice_spool completion"
    made = "upload finish live_source select_source stitch measure transcode"
    for name in f"{road} {made}".split():
        assert name in named & files, name


@pytest.mark.parametrize("document", [LOST, ROADS, ROOT / "README.md", ROOT / "DECISIONS.md"], ids=lambda one: one.name)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("http") or (document.parent / target).exists(), target
