"""Documents that name files and tests: what they name is there, and what is there is named."""

import re
from pathlib import Path

import pytest

from scenarios.scheme import parse
from storage import processing
from storage.base import migrate
from storage.data_classes import KEPT, TABLES, DataClass, tables_of

ROOT = Path(__file__).resolve().parents[1]
OPERATIONS = ROOT / "OPERATIONS.md"
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


@pytest.mark.parametrize(
    "document",
    [LOST, ROADS, *(ROOT / f"{name}.md" for name in ("README", "DECISIONS", "OPERATIONS", "PROCESSING", "PRIVACY"))],
    ids=lambda one: one.name,
)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("http") or (document.parent / target).exists(), target


def test_the_files_that_the_readme_sends_a_newcomer_to_are_there():
    table = (ROOT / "README.md").read_text().partition("| To change | Look at |")[2].partition("\n\n")[0]
    named = re.findall(r"`([\w./]+)`", table.replace("`STEPS`", ""))
    assert len(named) >= 10
    for path in named:
        assert (ROOT / path).exists(), path


def test_of_every_setting_is_said_whether_hosts_may_differ_in_it():
    """Those of the program, and those that only `make run` and the edge read: the manual names both."""
    settings = set(re.findall(r'"((?:VIGNET|PROMETHEUS)_[A-Z0-9_]+)"', (ROOT / "storage/base/config.py").read_text()))
    settings |= set(re.findall(r"^#((?:VIGNET|PROMETHEUS)_[A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))
    parts = {"all", "web", "recorder", "media", "office", "sealer", "edge", "beat", "`make run`"}
    told = [
        row for row in rows(OPERATIONS) if len(row) == 3 and re.fullmatch(r"`(VIGNET|PROMETHEUS)_[A-Z0-9_]+`", row[0])
    ]
    assert sorted(row[0].strip("`") for row in told) == sorted(settings)
    for name, between, used_by in told:
        assert between in ("same", "own", "once"), name
        assert re.match(r"(`make run`|\w+)", used_by)[0] in parts, name


def test_every_column_of_every_table_has_a_data_class():
    """A column that is missing here has no purpose, no period and no reader: give it a line in data_tables.py."""
    noun = migrate.nouns()
    assert set(TABLES) == set(noun.metadata.tables)
    for table in noun.metadata.tables.values():
        joins = {
            column.name
            for column in table.columns
            if column.name == "id" or any(key.column.table.name != "person" for key in column.foreign_keys)
        }
        listed = TABLES[table.name].columns
        columns = {column.name for column in table.columns}
        assert columns - joins - listed == set(), f"{table.name}: no class"
        assert listed - columns == set(), f"{table.name}: no such column"


def test_what_joins_a_row_to_a_person_is_told_or_has_a_reason_not_to_be():
    """A key to a person is an end of a path, or one of the columns that somebody gets: nobody is forgotten."""
    for table in migrate.nouns().metadata.tables.values():
        for column in table.columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                assert TABLES[table.name].class_of(column.name) is not DataClass.TECHNICAL, (
                    f"{table.name}.{column.name}"
                )


def test_no_column_is_both_told_and_kept_apart():
    for name, table in TABLES.items():
        told = {column for names in table.told.values() for column in names.split()}
        apart = [column for names in table.apart.values() for column in names.split()]
        assert told & set(apart) == set(), name
        assert len(apart) == len(set(apart)), name


def test_the_register_says_what_the_program_does():
    text = (ROOT / "PROCESSING.md").read_text()
    assert "\n".join((processing.HEAD, *processing.lines())) in text


def test_every_class_has_a_period_and_every_value_of_a_scheme_is_there():
    assert set(KEPT) == set(DataClass)
    scheme = parse((ROOT / "scenarios/branchecertificaat_b/scheme.toml").read_bytes())
    for data_class, kept in KEPT.items():
        assert tables_of(data_class), data_class
        assert kept.purpose and kept.readers and (kept.since or kept.months is None)
    recordings = KEPT[DataClass.RECORDINGS]
    assert (recordings.months_of(scheme, True), recordings.months_of(scheme, False)) == (6, 12)
    assert recordings.months_of(None) == 12
