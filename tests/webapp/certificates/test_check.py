"""The public check: state and date for number and last name together, and one answer for everything else."""

import random
import time

import pytest
from scipy.stats import ks_2samp, mannwhitneyu
from support import cast
from support.certified import certified
from support.visitors import text_of

from storage.certificates.certificates import CertificateState
from storage.certificates.changes import move
from webapp.certificates.last_names import is_last_name
from webapp.extensions import limiter

UNKNOWN = "B-2026-483920-90"


@pytest.fixture
def certificate(session, people):
    made = certified(session, people)
    session.commit()
    return made


@pytest.fixture
def unlimited():
    limiter.enabled = False
    yield
    limiter.enabled = True


def ask(stranger, number, name):
    return stranger.post("/certificaat-controleren", {"number": number, "last_name": name})


def test_number_and_last_name_give_state_and_date_and_nothing_else(session, people, visit, certificate):
    stranger = visit()
    told = ask(stranger, certificate.number.lower().replace("-", " "), "een")
    assert told.status_code == 200
    words = text_of(told.text)
    assert "Dit certificaat is geldig" in words and "2 maart 2026" in words
    for secret in (people.candidate.name, people.candidate.email, people.organisation.name, str(certificate.id)):
        assert secret not in words
    move(certificate, CertificateState.WITHDRAWN, people.officer.id, cast.NOW)
    session.commit()
    assert "Dit certificaat is ingetrokken" in text_of(ask(stranger, certificate.number, "Een").text)


def test_a_wrong_name_and_an_unknown_number_get_the_very_same_answer(visit, certificate):
    stranger = visit()
    answers = {
        ask(stranger, *one).text
        for one in (
            (certificate.number, "Ander"),
            (certificate.number, "Kandidaat"),
            (certificate.number, "n"),
            (UNKNOWN, "Een"),
            ("B-2026-483920-91", "Een"),
            ("' OR 1=1 --", "Een"),
            ("x" * 60, "\N{PILE OF POO}"),
        )
    }
    assert len(answers) == 1 and "niet samen" in answers.pop()


@pytest.mark.one_database
@pytest.mark.parametrize(
    "typed, name, fits",
    [
        ("Berg", "Jan van den Berg", True),
        ("van den  berg", "Jan van den Berg", True),
        ("BERG", "Jan van den Bérg", True),
        ("Jansen-de Vries", "Wil Jansen-de Vries", True),
        ("Vries", "Wil Jansen-de Vries", True),
        ("Jan", "Jan van den Berg", False),
        ("erg", "Jan van den Berg", False),
        ("", "Jan", False),
        (" - ", "Jan", False),
        ("nobody", None, False),
        ("� nobody", None, False),
    ],
)
def test_a_last_name_is_the_end_of_the_name(typed, name, fits):
    assert is_last_name(typed, name) is fits


def test_what_is_missing_or_too_long_is_asked_again(visit, installation):
    stranger = visit()
    for number, name in (("", ""), ("x" * 61, "a"), ("x", "a" * 121)):
        assert ask(stranger, number, name).status_code == 422


def test_who_tries_too_much_waits(visit, certificate):
    stranger = visit()
    statuses = [ask(stranger, UNKNOWN, "Een").status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


def test_the_address_in_the_qr_code_tells_no_server_the_number(visit, installation):
    assert visit().get("/certificaat-controleren").status_code == 200
    from webapp.certificates.pdf import check_address

    assert check_address(UNKNOWN).endswith(f"/certificaat-controleren#{UNKNOWN}")


@pytest.mark.proof
def test_the_time_tells_not_whether_a_number_exists(visit, certificate, unlimited):
    """A thousand of each, in random order. Two-sided Mann-Whitney and Kolmogorov-Smirnov, each at 0.1 percent.

    And the chance that a wrong name takes longer than an unknown number is close to one half, whatever the tests say.
    """
    stranger, times = visit(), {"name": [], "number": []}
    kinds = ["name", "number"] * 1000
    random.Random(3).shuffle(kinds)
    for kind in ["name", "number"] * 20 + kinds:
        asked = (certificate.number, "Anders") if kind == "name" else (UNKNOWN, "Anders")
        began = time.perf_counter()
        assert ask(stranger, *asked).status_code == 200
        times[kind].append(time.perf_counter() - began)
    first, second = (times[kind][20:] for kind in ("name", "number"))
    rank, shape = mannwhitneyu(first, second), ks_2samp(first, second)
    longer = rank.statistic / (len(first) * len(second))
    print(f" Mann-Whitney p={rank.pvalue:.3f}, KS p={shape.pvalue:.3f}, longer in {longer:.3f} of pairs", end="")
    assert rank.pvalue > 0.001 and shape.pvalue > 0.001
    assert abs(longer - 0.5) < 0.05
