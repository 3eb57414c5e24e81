"""How an assessor does on agreed scores: which share is exact, one level off, and further off."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shares:
    """Exact, and one level off, as shares of all scores (0 to 1); the rest is further off."""

    exact: float
    near: float

    def __post_init__(self) -> None:
        if min(self.exact, self.near, 1 - self.exact - self.near) < -1e-12:
            raise ValueError(f"no shares: {self.exact} exact and {self.near} one level off")

    @property
    def far(self) -> float:
        return max(1 - self.exact - self.near, 0.0)


GOOD = Shares(0.6, 0.3)
"""Three in five exact, nine in ten within one: comfortably above the thresholds of qualification."""
DRIFTED = Shares(0.35, 0.35)
"""One in three exact, seven in ten within one: below both."""
