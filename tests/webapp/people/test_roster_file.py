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


ACCENTS = "Zoë Brûlé-Çelik;zoe@b.nl;André Müller ’t Hart;a@b.nl;"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "cp1252", "mac_roman"])
def test_the_encoding_is_the_one_in_which_names_look_like_names(encoding):
    (entry,), faults = read(HEADER, ACCENTS, encoding=encoding)
    assert (entry.candidate_name, entry.manager_name, faults) == ("Zoë Brûlé-Çelik", "André Müller ’t Hart", [])


# Byte 0x89 alone is ë for MS-DOS and â for the Mac, so a Zoë by herself is asked of two only.
ONE_ACCENT = [
    *(("Zoë", encoding) for encoding in ("cp1252", "mac_roman")),
    *((name, one) for name in ("José", "Éva", "Loïs en Zoë", "Özgür Ünal") for one in ("cp1252", "mac_roman", "cp850")),
]


@pytest.mark.parametrize("name, encoding", ONE_ACCENT)
def test_one_accent_is_enough_to_know_the_encoding(name, encoding):
    (entry,), _ = read(HEADER, LINE.replace("Zoë Proef", name), encoding=encoding)
    assert entry.candidate_name == name


@pytest.mark.parametrize("name", ["Aleš", "Šime", "D’Hondt", "‘t Hart", "“Kim” Proef", "Jan – Piet", "Bjørn", "Łuk€"])
def test_what_windows_wrote_is_read_as_of_windows(name):
    name = name.encode("cp1252", "ignore").decode("cp1252")
    (entry,), _ = read(HEADER, LINE.replace("Zoë Proef", name), encoding="cp1252")
    assert entry.candidate_name == name


@pytest.mark.parametrize(
    "unseen", ["\ufeff", "\u200b", "\u2060", "\u00ad", "\u202e", "\u200e", "\x07", "\u200d", "\ue000"]
)
def test_what_no_eye_sees_is_taken_out_of_names_and_headings(unseen):
    header = HEADER.replace("kandidaat_naam", f"{unseen}kandidaat{unseen}_naam")
    assert read(header, LINE.replace("Zoë", f"{unseen}Z{unseen}oë{unseen}")) == ([FOUND], [])


@pytest.mark.parametrize("blank", ["\u2028", "\u2029", "\xa0", "\x85", "\u3164", "\t"])
def test_what_looks_like_a_blank_is_one(blank):
    assert read(HEADER, LINE.replace("Zoë Proef", f"Zoë{blank}{blank}Proef")) == ([FOUND], [])


def test_a_letter_and_its_accent_are_one_sign():
    assert read(HEADER, LINE.replace("Zoë", "Zoe\u0308")) == ([FOUND], [])


@pytest.mark.parametrize("mark", ["\ufeff", "ï»¿", "ï»¿\ufeff"])
def test_a_mark_before_a_quoted_heading_is_passed_over(mark):
    header = '"' + HEADER.replace(";", '";"') + '"'
    assert roster_file.read(f"{mark}{header}\r\n{LINE}".encode(), TODAY) == ([FOUND], [])


def test_a_name_that_was_saved_wrong_is_named_with_what_it_was():
    entries, (fault, lost) = read(HEADER, LINE.replace("Zoë", "ZoÃ«"), LINE.replace("Zoë", "Zo\ufffd"))
    assert (entries, fault["column"]) == ([], "kandidaat_naam")
    assert "Zoë Proef" in fault["needed"] and "verkeerd opgeslagen" in fault["wrong"]
    assert "verloren" in lost["wrong"]


def test_old_line_ends_after_the_separator_are_read():
    assert roster_file.read(f"sep=;\r{HEADER}\r{LINE}".encode(), TODAY) == ([FOUND], [])


STAFF = "Personeelsnr;Roepnaam;Tussenvoegsel;Achternaam;E-mail werk;BSN;Leidinggevende;Leidinggevende e-mail"
OF_STAFF = "12;Zoë;van;Proef;Zoe@Voorbeeld.example;geheim;Lena Proef;lena@voorbeeld.example"
COLUMNS = {
    "kandidaat_naam": [1, 2, 3],
    "kandidaat_email": [4],
    "leidinggevende_naam": [6],
    "leidinggevende_email": [7],
}


def table_of(*lines):
    with pytest.raises(roster_file.OtherHeadings) as other:
        read(*lines)
    return other.value.table


def test_a_list_of_staff_is_read_once_somebody_said_which_column_is_what():
    table = table_of(STAFF, OF_STAFF, "13;An;;Zonder;geen adres;;Lena Proef;lena@voorbeeld.example")
    (entry,), faults = roster_file.entries_of(table, COLUMNS, TODAY)
    assert (entry.candidate_name, entry.candidate_email) == ("Zoë van Proef", "zoe@voorbeeld.example")
    assert (entry.manager_name, entry.cost_centre, entry.in_job_since) == ("Lena Proef", "", None)
    (fault,) = faults
    assert (fault["line"], fault["column"]) == (3, "E-mail werk"), "as the own list calls it"
    mended = roster_file.faulty_lines(faults).decode("utf-8-sig")
    assert "An Zonder" in mended and "geheim" not in mended


def test_most_of_the_columns_are_guessed():
    guessed = roster_file.likely(table_of(STAFF.replace("E-mail werk", "Werk e-mail"), OF_STAFF).names)
    assert {name: places for name, places in guessed.items() if places} == COLUMNS
    assert not any(roster_file.likely(["x", "y"]).values())


def test_the_columns_are_known_the_next_time_as_long_as_they_are_there_once():
    known = roster_file.headings(COLUMNS, table_of(STAFF, OF_STAFF).names)
    data = f"{STAFF}\r\n{OF_STAFF}".encode()
    (entry,), faults = roster_file.read(data, TODAY, known)
    assert entry.candidate_name == "Zoë van Proef" and faults == []
    moved = f"{STAFF};Extra\r\n{OF_STAFF};x".encode()
    assert roster_file.read(moved, TODAY, known) == ([entry], [])
    for changed in (STAFF.replace("Roepnaam", "Voornaam"), STAFF.replace("BSN", "Roepnaam")):
        with pytest.raises(roster_file.OtherHeadings):
            roster_file.read(f"{changed}\r\n{OF_STAFF}".encode(), TODAY, known)
    assert roster_file.headings({"kandidaat_naam": [0]}, ["naam", "naam"]) == {}, "not to be told apart"
    assert roster_file.headings({"kandidaat_naam": [0]}, [""]) == {}, "nothing to know it by"


def test_a_column_without_a_heading_is_called_as_in_a_spreadsheet():
    assert [roster_file.letter(at) for at in (0, 25, 26, 701, 702)] == [
        "kolom A",
        "kolom Z",
        "kolom AA",
        "kolom ZZ",
        "kolom AAA",
    ]
