"""Who hears of an online theory test: who takes it, KSF, and the organisation of which KSF takes one back."""

from collections.abc import Iterable

from storage.people.people import Person, Role, holders
from storage.planning.theory_tests import TheoryTest
from webapp.context import g
from webapp.mail.notify import notify
from webapp.planning import calendar_file


def notify_person(test: TheoryTest, template: str) -> None:
    """Write to who takes the test, with a file for an agenda, or one that takes it out again."""
    file = calendar_file.of_test(test, g.now)
    notify(g.db, test.person, template, g.now, calendar=file, test=test)


def notify_office(tests: list[TheoryTest], template: str) -> None:
    """KSF is told of every test that is set ready, or taken back (KSF, "hoe werkt het")."""
    _notify(holders(g.db, Role.KSF_OFFICER, None, g.now), tests, template)


def notify_organisation(test: TheoryTest, template: str) -> None:
    """The beheerders of the organisation that set this test ready."""
    _notify(holders(g.db, Role.ORGANISATION_ADMIN, test.location.organisation, g.now), [test], template)


def _notify(readers: Iterable[Person], tests: list[TheoryTest], template: str) -> None:
    """The mail names nobody who takes a test."""
    for reader in readers:
        notify(g.db, reader, template, g.now, tests=tests, location=tests[0].location)
