"""The crowd for trying out long lists: every state is there, it is the same each time, and the nouns accept it."""

from collections import Counter

from sqlalchemy import func, select
from support import cast

from demo import crowd
from scenarios.sitting import Stage
from storage.base import audit
from storage.dossier.dossiers import Dossier, DossierState
from storage.exam.sittings import Sitting
from storage.judging.verdicts import Verdict
from storage.people.organisations import Organisation
from storage.people.people import Person


def test_a_crowd_is_in_every_state_and_its_verdicts_can_be_computed_again(session, people):
    crowd.fill(session, cast.pack(session), 100, 3, cast.NOW)
    session.commit()
    states = Counter(session.scalars(select(Dossier.state)))
    assert states.total() == 100 and set(states) == set(DossierState) - {DossierState.ERASED}
    assert set(session.scalars(select(Sitting.stage))) == set(Stage) - {Stage.CONSENTED}
    verdicts = session.scalars(select(Verdict)).all()
    assert {one.passed for one in verdicts} == {True, False, None}
    for verdict in verdicts:
        stored, again = verdict.explain()
        assert stored == again
    assert audit.seal(session, b"k" * 32) > 500
    assert audit.first_broken(session) is None
    assert all(one.created_at <= cast.NOW for one in session.scalars(select(Dossier)))


def test_everybody_in_a_crowd_is_visibly_invented(session, people):
    crowd.fill(session, cast.pack(session), 50, 2, cast.NOW)
    addresses = session.scalars(select(Person.email)).all()
    assert all(one.endswith(".example") for one in addresses)
    names = session.scalars(select(Organisation.name)).all()
    assert all(name.startswith(("Voorbeeld", "Verzonnen", "Elders")) for name in names)


def test_another_crowd_comes_on_top_of_the_first(session, people):
    pack = cast.pack(session)
    for _ in range(2):
        crowd.fill(session, pack, 30, 2, cast.NOW)
    session.commit()
    assert session.scalar(select(func.count()).select_from(Dossier)) == 60
