"""How long to wait between attempts at what may be away for a while. Every table of the server's side is here.

The pages have one of their own (`webapp/static/js/ui/retry.js`).
"""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Backoff:
    """`delays_s`: how many seconds to wait after each attempt that failed."""

    delays_s: tuple[float, ...]

    @property
    def attempts(self) -> int:
        """How often something is tried by whoever gives up in the end."""
        return len(self.delays_s) + 1

    def after(self, failed: int) -> timedelta | None:
        """How long to wait after so many failed attempts (at least 1); None when that was the last one."""
        return timedelta(seconds=self.delays_s[failed - 1]) if failed < self.attempts else None

    def after_s(self, failed: int) -> float:
        """The same in seconds, for whoever never gives up: the last delay repeats."""
        return self.delays_s[min(failed, len(self.delays_s)) - 1]


JOBS = Backoff((5, 30, 120, 600, 1800))
"""Database, store or another part of ours is away: minutes, after which somebody must look."""

MAILS = Backoff((60, 300, 1800, 7200, 21600))
"""Somebody else's mail server may be away for half a day."""

UPLOADS = Backoff((1, 2, 5, 10, 30, 60))
"""An answer that only one disk has is tried for ever."""
