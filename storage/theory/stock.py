"""Whether the bank has enough items for the tests that the schemes in use ask for."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from scenarios.theory.forms import Quota
from storage.base.present import present
from storage.schemes import Scheme, current_theory_tests
from storage.theory.items import live_by_term


@dataclass(frozen=True)
class Filled:
    """One quota of a blueprint: so many of its items are in use.

    `attempts`: how many times one candidate can take the test without meeting an item of the quota again.
    """

    quota: Quota
    live: int

    @property
    def attempts(self) -> int:
        return self.live // self.quota.items


@dataclass(frozen=True)
class Stock:
    """One exam with a theory test, and how well the bank fills each quota."""

    scheme: Scheme
    filled: tuple[Filled, ...]

    @property
    def attempts(self) -> int:
        """Full tests without an item twice; 0 when no test can be taken at all."""
        return min(one.attempts for one in self.filled)

    @property
    def items(self) -> int:
        return sum(one.quota.items for one in self.filled)


def stock(session: Session) -> list[Stock]:
    """Each exam whose theory test is taken in Vignet, by name."""
    live = live_by_term(session)
    return [
        Stock(
            scheme,
            tuple(
                Filled(quota, sum(live.get(term, 0) for term in quota.terms))
                for quota in present(scheme.content.theory.blueprint).quotas
            ),
        )
        for scheme in current_theory_tests(session)
    ]


def terms_asked(session: Session) -> dict[str, str]:
    """The terms that theory tests ask, by number, each in words."""
    found: dict[str, str] = {}
    for scheme in current_theory_tests(session):
        texts = {one.number: one.text for end in scheme.content.end_terms for one in end.criteria}
        for quota in scheme.content.theory.quotas:
            found |= {term: texts[term] for term in quota.terms if term not in found}
    return dict(sorted(found.items()))
