"""The CSV of an organisation: as spreadsheets write it, each fault with its line, its column and what is needed."""

import codecs
from datetime import date

import pytest

from storage.admission.enrolments import Entry
from webapp.people import roster_file

HEADER = "kandidaat_naam;kandidaat_email;leidinggevende_naam;leidinggevende_email;kostenplaats"
LINE = "Zoë Proef;Zoe@Voorbeeld.example;Lena Proef;lena@voorbeeld.example;4010"
FOUND = Entry("Zoë Proef", "zoe@voorbeeld.example", "Lena Proef", "lena@voorbeeld.example", "4010")


TODAY = date(2026, 11, 21)


def read(*lines, encoding="utf-8"):
    return roster_file.read("\r\n".join(lines).encode(encoding), TODAY)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_it_reads_what_spreadsheets_write(encoding, separator):
    lines = [line.replace(";", separator) for line in (HEADER, LINE)]
    assert read(*lines, "", encoding=encoding) == ([FOUND], [])


@pytest.mark.parametrize(
    "header",
    [
        "Kandidaat naam;Kandidaat e-mail;Leidinggevende naam;Leidinggevende e-mail;Kostenplaats",
        " KANDIDAAT_NAAM ;kandidaat-email;leidinggevende naam;leidinggevende_email;kostenplaats",
    ],
)
def test_the_names_of_columns_may_be_written_otherwise(header):
    assert read(header, LINE) == ([FOUND], [])


def test_columns_may_stand_in_another_order_and_others_between_them():
    lines = "x;leidinggevende_email;kandidaat_naam;kandidaat_email;leidinggevende_naam", "9;a@b.nl;K;k@b.nl;A"
    assert read(*lines) == ([Entry("K", "k@b.nl", "A", "a@b.nl")], [])


def test_a_line_that_says_the_separator_is_passed_over():
    assert read("sep=;", HEADER, LINE) == ([FOUND], [])


def test_every_fault_names_line_column_and_what_is_needed():
    entries, faults = read(
        HEADER,
        LINE,
        ";geen adres;;lena@voorbeeld.example;",
        "",
        "A;a@b.nl;A;A@b.nl;1",
        "Zoë;zoe@voorbeeld.example;L;l@b.nl;",
        "B;b@b.nl;L;l@b.nl;1;2;3",
        f"C;c@b.nl;L;l@b.nl;{'9' * 41}",
    )
    assert entries == [FOUND]
    assert [(one["line"], one["column"], one["wrong"]) for one in faults] == [
        (3, "kandidaat_naam", "is leeg"),
        (3, "kandidaat_email", "‘geen adres’ is geen e-mailadres"),
        (3, "leidinggevende_naam", "is leeg"),
        (5, "leidinggevende_email", "is dezelfde als die van de kandidaat"),
        (6, "kandidaat_email", "staat ook op regel 2"),
        (7, "(hele regel)", "heeft 7 vakjes"),
        (8, "kostenplaats", "heeft 41 tekens"),
    ]
    assert all(one["needed"] for one in faults)


def test_a_text_over_two_lines_keeps_the_count_of_lines():
    _, faults = read(HEADER, '"Zoë\r\nProef";zoe@voorbeeld.example;L;l@b.nl;', "X;geen;L;l@b.nl;")
    assert [one["line"] for one in faults] == [4]


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "leeg"),
        (b"\r\n\r\n", "leeg"),
        (b"naam;email\r\nA;a@b.nl", "ontbreekt de kolom kandidaat_naam"),
        (f"{HEADER};kandidaat_email\r\n".encode(), "meer dan één keer"),
        (b"PK\x03\x04\x00\x00\x00", "geen CSV-bestand"),
        (codecs.BOM_UTF16_LE + b"\x00", "geen CSV-bestand"),
        (b"x" * (roster_file.MOST_BYTES + 1), "te groot"),
        (f"{HEADER}\r\n".encode() + b"A;a@b.nl;L;l@b.nl;\r\n" * 2001, "meer dan 2000 regels"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(data, said):
    with pytest.raises(roster_file.Unreadable, match=said):
        roster_file.read(data, TODAY)


def test_two_thousand_lines_are_read():
    lines = [f"K {at};k{at}@b.nl;L;l@b.nl;" for at in range(2000)]
    assert len(read(HEADER, *lines)[0]) == 2000


def test_the_example_can_be_uploaded():
    entries, faults = roster_file.read(roster_file.write(list(roster_file.EXAMPLE)), TODAY)
    assert (len(entries), faults) == (2, [])


def test_faulty_lines_come_back_mended():
    _, faults = read(HEADER, LINE, "=1+1;geen adres;Lena;lena@voorbeeld.example;-5")
    data = roster_file.faulty_lines(faults)
    assert data.startswith(codecs.BOM_UTF8)
    assert b"\r\n'=1+1;" in data, "a spreadsheet must not take it for a formula"
    mended = data.replace(b"geen adres", b"goed@voorbeeld.example")
    (entry,), faults = roster_file.read(mended, TODAY)
    assert (entry.candidate_name, entry.cost_centre, faults) == ("=1+1", "-5", [])


@pytest.mark.parametrize("text", ["01-09-2026", "1-9-2026", "2026-09-01", "1/9/2026", "01.09.2026"])
def test_a_first_day_in_the_job_is_read_as_spreadsheets_write_it(text):
    (entry,), faults = read(f"{HEADER};In functie sinds", f"{LINE};{text}")
    assert (entry.in_job_since, faults) == (date(2026, 9, 1), [])


@pytest.mark.parametrize("text", ["", "   "])
def test_a_first_day_in_the_job_may_be_left_open(text):
    assert read(f"{HEADER};in_functie_sinds", f"{LINE};{text}") == ([FOUND], [])


@pytest.mark.parametrize("text", ["gisteren", "31-02-2026", "9-1-26", "01-09-2062", "01-09-1926", "9" * 40])
def test_what_is_no_first_day_is_a_fault_in_its_column(text):
    entries, (fault,) = read(f"{HEADER};in_functie_sinds", f"{LINE};{text}")
    assert (entries, fault["column"]) == ([], "in_functie_sinds")


def test_a_list_that_two_programs_marked_is_read():
    assert roster_file.read(codecs.BOM_UTF8 * 2 + f"{HEADER}\r\n{LINE}".encode(), TODAY) == ([FOUND], [])
