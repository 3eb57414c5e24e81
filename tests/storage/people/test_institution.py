"""The institution: one row, in which nothing can stand that a letter, an invoice or a page could not use."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from support.cast import NOW, institution_values

from storage.base.audit import AuditEvent
from storage.people import institution
from storage.people.institution import Institution, NotInOrder
from storage.people.institution_rules import LIMITS, Fault, contrast, faults, is_iban, is_vat_number


def test_before_it_is_set_up_there_is_a_name_and_all_that_is_missing(session):
    found = institution.of(session)
    assert (found.name, found.telephone, found.colour) == ("KSF", "", institution.COLOUR)
    assert set(found.missing) == set(LIMITS) - {"name", "colour"}
    session.commit()
    assert session.scalars(select(Institution)).all() == []


def test_what_is_kept_is_read_back_and_stands_in_the_log_without_its_words(session, people):
    values = institution_values() | {"iban": "nl91 abna 0417 1643 00", "telephone": " 030  123 45 67 "}
    institution.keep(session, values, people.officer.id, NOW)
    session.commit()
    found = institution.of(session)
    assert (found.iban, found.telephone, found.missing) == ("NL91ABNA0417164300", "030 123 45 67", [])
    institution.keep(session, found.values | {"telephone": "030 765 43 21"}, people.officer.id, NOW)
    institution.keep(session, found.values, people.officer.id, NOW)
    session.commit()
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "institution_kept")).all()
    assert sorted((event.facts["fields"] for event in events), key=len) == [
        ["telephone"],
        [name for name in LIMITS if name != "colour"],
    ]


def test_there_is_one(session):
    institution.keep(session, institution_values(), None, NOW)
    session.flush()
    session.add(Institution(**institution_values()))
    with pytest.raises(IntegrityError):
        session.flush()


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_kept(session):
    wrong = {
        "name": "",
        "telephone": "bel ons",
        "mail": "bureau",
        "kvk_number": "1234567",
        "vat_number": "NL123456789B01",
        "iban": "NL92ABNA0417164300",
        "colour": "#ffcc00",
        "sender": "bureau@example.org",
        "address": "x" * 301,
    }
    with pytest.raises(NotInOrder) as refused:
        institution.keep(session, institution_values() | wrong, None, NOW)
    assert refused.value.faults == {
        "name": Fault.MISSING,
        "address": Fault.TOO_LONG,
        "telephone": Fault.NO_TELEPHONE,
        "mail": Fault.NO_ADDRESS,
        "kvk_number": Fault.NO_KVK,
        "vat_number": Fault.NO_VAT,
        "iban": Fault.NO_IBAN,
        "colour": Fault.LOW_CONTRAST,
        "sender": Fault.NO_SENDER,
    }
    assert session.scalars(select(Institution)).all() == []


def test_a_field_that_nobody_knows_is_a_fault():
    assert faults(institution_values() | {"telefoon": "030"}) == {"telefoon": Fault.UNKNOWN}


# Examples of the standard itself (ISO 13616) and of the tax office.
@pytest.mark.parametrize("number", ["NL91 ABNA 0417 1643 00", "BE71 0961 2345 6769", "GB82 WEST 1234 5698 7654 32"])
def test_an_iban_is_known_by_its_check_digits(number):
    assert is_iban(number)
    at = number.rindex("0") if "0" in number[4:] else -1
    assert not is_iban(number[:at] + "7" + number[at + 1 :])


@pytest.mark.parametrize("number", ["NL91 ABNA 0417 1643", "NL", "", "91ABNA0417164300", "NL91ABNA04171643001"])
def test_what_is_no_iban(number):
    assert not is_iban(number)


def test_a_vat_number_is_that_of_a_legal_person_or_of_a_natural_one():
    assert is_vat_number("NL 0044.95.445.B.01")  # eleven test
    assert is_vat_number("NL000099998B57")  # mod 97
    for wrong in ("NL004495446B01", "NL000099998B58", "NL004495445B00", "BE0123456789", "NL000000000B01"):
        assert not is_vat_number(wrong), wrong


def test_contrast_is_that_of_wcag():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == 1
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)  # the lightest grey that passes
    assert contrast("#777777") < 4.5
