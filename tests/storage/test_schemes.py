"""Schemes and packs: numbered by their bytes, and never changed."""

from datetime import timedelta

import pytest
from support import cast

from scenarios.scheme import SchemeError
from storage.schemes import Immutable, add_scheme, current_pack, current_scheme

NOW = cast.NOW
DATA = (cast.CONTENT / "scheme.toml").read_bytes()


def test_the_same_bytes_are_the_same_row(session):
    assert add_scheme(session, DATA, NOW) is add_scheme(session, DATA, NOW + timedelta(days=1))
    assert current_scheme(session, "branchecertificaat_b").number == 1


def test_other_bytes_are_the_next_number(session):
    first, second = add_scheme(session, DATA, NOW), add_scheme(session, DATA + b"\n# anders\n", NOW)
    session.commit()
    assert (first.number, second.number) == (1, 2)
    assert current_scheme(session, "branchecertificaat_b") is second
    assert add_scheme(session, DATA, NOW) is first
    assert current_scheme(session, "another_exam") is None


def test_another_exam_counts_for_itself(session):
    add_scheme(session, DATA, NOW)
    other = (cast.CONTENT.parent / "praktijktoets_a" / "scheme.toml").read_bytes()
    assert add_scheme(session, other, NOW).number == 1


def test_bytes_that_are_no_scheme_are_refused(session):
    with pytest.raises(SchemeError):
        add_scheme(session, b"key = 'x'", NOW)
    assert current_scheme(session, "x") is None


@pytest.mark.parametrize("of", [lambda pack: pack, lambda pack: pack.scheme, lambda pack: pack.clips[0]])
def test_nothing_of_them_is_changed(session, of):
    row = of(cast.pack(session))
    session.commit()
    row.number = 7
    with pytest.raises(Immutable):
        session.commit()


def test_the_newest_pack_of_an_exam_is_the_current_one(session):
    pack = cast.pack(session)
    session.commit()
    second = add_scheme(session, DATA + b"\n# anders\n", NOW)
    assert current_pack(session, second) is pack
    assert pack.content.scenario(1).number == pack.clip(1).number == 1
    assert pack.clip(0).number == 0


def test_a_scheme_gets_the_number_that_it_asks_for_when_that_is_free(session):
    fourth = add_scheme(session, DATA.replace(b"\nnumber = 1\n", b"\nnumber = 4\n"), NOW)
    assert fourth.number == 4
    assert add_scheme(session, DATA, NOW).number == 5


@pytest.mark.parametrize(
    "folder, old, new, problem",
    [
        ("ervaringsbewijs_callcenter", b"assessors = 2", b"assessors = 1", "proof.assessors: "),
        ("branchecertificaat_b", b'overall_min = "2.75"', b'overall_min = "5.01"', "pass_rule: overall_min must lie"),
    ],
)
def test_what_cannot_be_taken_into_use_is_refused_with_the_reason(session, folder, old, new, problem):
    data = (cast.CONTENT.parent / folder / "scheme.toml").read_bytes().replace(old, new)
    with pytest.raises(SchemeError) as refused:
        add_scheme(session, data, NOW)
    assert refused.value.problems[0].startswith(problem)
    assert current_scheme(session, folder) is None
