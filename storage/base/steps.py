"""Steps: a noun has a state, a table says from which state it may go to which, and the audit log has a row for each."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from storage.base import audit
from storage.base.database import Identified, session_of
from storage.base.refusal import Refused

State = TypeVar("State", bound=StrEnum)
Table = Mapping[Any, Collection[Any]]


class StepRule(StrEnum):
    """The rule that a state may only be left for a state that its table of steps allows."""

    NOT_ALLOWED = "step_not_allowed"


def table(states: type[State], ways: Mapping[State, Collection[State]]) -> dict[State, frozenset[State]]:
    """A table of steps with a row for every state; those that `ways` does not name are ends."""
    return {state: frozenset(ways.get(state, ())) for state in states}


def going_on(steps: Mapping[State, Collection[State]]) -> tuple[State, ...]:
    """The states that are no end."""
    return tuple(state for state, ways in steps.items() if ways)


def check_step(steps: Table, now_in: StrEnum, wanted: StrEnum) -> None:
    """Raise Refused unless the table `steps` allows going from `now_in` to `wanted`."""
    if wanted not in steps[now_in]:
        raise Refused(StepRule.NOT_ALLOWED, found=now_in, needed=wanted)


class Stepping(Identified):
    """A noun whose column `state` goes by the table `steps`; `noun` begins the names of its rows in the audit log."""

    steps: ClassVar[Table]
    noun: ClassVar[str]
    if TYPE_CHECKING:
        state: Any

    def take_step(
        self, state: StrEnum, actor: uuid.UUID | None, now: datetime, about: Identified | None = None, **facts: Any
    ) -> None:
        """Go to this state. The row of the log is about this noun, or `about` another one.

        Raises Refused for a step that the table does not have.
        """
        check_step(self.steps, self.state, state)
        audit.record(session_of(self), now, actor, f"{self.noun}_{state}", about or self, was=self.state, **facts)
        self.state = state

    def require_state(self, needed: StrEnum, wanted: StrEnum) -> None:
        """Raise Refused unless it is in the one state from which an act goes to `wanted`."""
        if self.state is not needed:
            raise Refused(StepRule.NOT_ALLOWED, found=self.state, needed=wanted)
