"""`flask agreement` reads what spreadsheets save, says what it skipped, and takes nothing for a score that is none."""

import json

import pytest

pytestmark = pytest.mark.one_database

PLAIN = "subject,rater,score\n1,A,3\n1,B,4\n2,A,2\n2,B,2.5\n3,A,5\n3,B,5\n"
NOTHING = {"lines": [], "columns": []}


@pytest.fixture
def agreement(app, tmp_path):
    def run(data):
        file = tmp_path / "scores.csv"
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return app.test_cli_runner().invoke(args=["agreement", str(file)])

    return run


@pytest.fixture
def plain(agreement):
    told = json.loads(agreement(PLAIN).output)
    assert (told["subjects"], told["raters"], told["scores"], told["skipped"]) == (3, 2, 6, NOTHING)
    return told


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", "\t").replace("\n", "\r\n"),
        PLAIN.replace(",", ";").replace("2.5", "2,5"),
        PLAIN.replace("2.5", '"2,5"'),
        PLAIN.replace("subject,rater,score", "Subject, RATER ,Score"),
        "sep=;\n" + PLAIN.replace(",", ";"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\xef\xbb\xbf" * 2 + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace("A", "Zoë").encode("cp1252"),
        PLAIN.replace("1,A", " 1 , A\u00a0"),
        PLAIN + "\n\n",
    ],
)
def test_it_reads_what_spreadsheets_write(agreement, plain, data):
    told = agreement(data)
    assert told.exit_code == 0, told.output
    assert json.loads(told.output) == plain


def test_it_says_what_it_skipped(agreement, plain):
    rows = [line.replace(",", ";;", 1).replace(",", ";") + ";" for line in PLAIN.splitlines()[1:]]
    told = agreement("\n".join(["Subject;Opmerking;rater;score;", ";;;;", *rows, ";;;", ""]))
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert found["skipped"] == {"lines": [2, 9], "columns": ["Opmerking"]}
    assert (found["subjects"], found["scores"]) == (3, 6)
    assert found["icc1"] == plain["icc1"]


def test_a_score_that_is_left_open_is_a_missing_cell(agreement):
    found = json.loads(agreement(PLAIN.replace("2.5", "")).output)
    assert (found["scores"], found["missing"], found["skipped"]) == (5, 1, NOTHING)


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "leeg"),
        ("\n;;\n", "leeg"),
        ("subject;rater;score\n", "geen enkele score"),
        ("subject;rater;score\n1;A;\n1;B;\n", "geen enkele score"),
        ("subject;score\n1;3\n", "ontbreekt de kolom rater"),
        ("subject;rater;score;Score\n1;A;3;4\n", "meer dan één keer"),
        (PLAIN + "4,A,3,5\n", "Regel 8 heeft 4 vakjes"),
        (PLAIN + ",A,3\n", "Op regel 8 ontbreekt subject"),
        (PLAIN + ",,3\n", "Op regel 8 ontbreekt subject en rater"),
        (PLAIN + "4,A,goed\n", "Regel 8: ‘goed’ is geen score"),
        (PLAIN + "4,A,nan\n", "row 8"),
        (PLAIN + "\n1,A,3\n", "row 9: A scored 1 already"),
        (b"PK\x03\x04\x00\x00", "geen CSV-bestand"),
        (PLAIN + '4,A,"' + "3" * 200_000, "niet te lezen"),
    ],
)
def test_what_is_no_table_of_scores_is_an_error_with_its_line(agreement, data, said):
    told = agreement(data)
    assert (told.exit_code, "scores.csv" in told.output) == (1, True)
    assert said in told.output
