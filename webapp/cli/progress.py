"""How far a long command is, on the terminal: things, per cent, bytes and how long it still takes."""

import sys
from collections.abc import Callable

import click

STEP = 10
"""Per cent between two lines where the lines are kept in a log, and not written over each other."""


class Progress:
    """Counts `total` things of together `size` bytes. `clock` tells seconds.

    Per cent is of the bytes, since one thing may be a thousand times as large as another; of things without any.
    """

    def __init__(self, total: int, size: int, clock: Callable[[], float]):
        self._total, self._size, self._clock = total, size, clock
        self._count = self._bytes = self._skipped = 0
        self._began, self._told, self._live = clock(), -1, sys.stderr.isatty()

    def skip(self, size: int) -> None:
        """One thing was done by an earlier run."""
        self._count, self._bytes, self._skipped = self._count + 1, self._bytes + size, self._skipped + size

    def step(self, size: int) -> None:
        """One thing of `size` bytes is done."""
        self._count, self._bytes = self._count + 1, self._bytes + size
        if self._live:
            click.echo(f"\r{self.line()}\x1b[K", nl=False, err=True)
        elif (reached := self.percent // STEP) > self._told:
            self._told = reached
            click.echo(self.line(), err=True)

    def end(self) -> None:
        """Nothing more comes: what is printed next begins a line of its own."""
        if self._live:
            click.echo(err=True)

    @property
    def percent(self) -> int:
        """Whole per cent."""
        done, total = (self._bytes, self._size) if self._size else (self._count, self._total)
        return min(100, 100 * done // total) if total else 100

    def line(self) -> str:
        """What is shown."""
        rate = (self._bytes - self._skipped) / max(self._clock() - self._began, 0.001)
        left = f", about {(self._size - self._bytes) / rate / 60:.0f} min left" if rate and self.percent < 100 else ""
        amount = f"{self._bytes / 1e6:.1f} of {self._size / 1e6:.1f} MB"
        return f"{self._count} of {self._total}, {self.percent} %, {amount}{left}"
