"""What a page was seen to do, told by `witness.js`: also what a browser told that is dead by now."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import BrowserContext
from support import camera

from recorder.spool.slice_spool import Run

SCRIPT = Path(__file__).with_suffix(".js")


@dataclass(frozen=True)
class Ticket:
    """What opens a recording: the address of a slice of it, and the Authorization header."""

    recording: str
    address: str
    bearer: str


@dataclass
class Witness:
    """Times in seconds since the Unix epoch, by the clock of this machine."""

    shown: list[tuple[float, int]] = field(default_factory=list)
    """When the camera gave each picture, and its number, counted on through the loop."""
    phases: list[tuple[float, str]] = field(default_factory=list)
    acknowledged: dict[str, dict[int, tuple[int, str]]] = field(default_factory=dict)
    """Of each recording: number, size and SHA-256 of the slices that a recorder said it has."""
    tickets: list[Ticket] = field(default_factory=list)
    """Newest last."""

    def attend(self, context: BrowserContext) -> None:
        context.expose_function("witness", self._hear)
        context.add_init_script(path=SCRIPT)

    def recording_since(self, after: float) -> float:
        """When the page first said that it records, after this moment."""
        return next(at for at, phase in self.phases if phase == "recording" and at > after)

    def between(self, begin: float, end: float) -> list[int]:
        """The numbers of the pictures that the camera gave between two moments."""
        return [number for at, number in self.shown if begin <= at <= end]

    def lost(self, recording: str, folder: Path) -> list[int]:
        """The slices that were acknowledged and that the originals in `folder` do not hold, byte by byte."""
        said, lost = self.acknowledged.get(recording, {}), []
        runs = sorted((run, path) for path in folder.glob("slices-*") if (run := Run.of(path.name)))
        for number, (size, sha256) in sorted(said.items()):
            found = next(((run, path) for run, path in runs if number in run), None)
            if found is None:
                lost.append(number)
                continue
            before = [said.get(one, (None,))[0] for one in range(found[0].first, number)]
            # A page that is loaded again may take along what it had not yet told: then it is counted from the end.
            behind = [said.get(one, (None,))[0] for one in range(number, found[0].last + 1)]
            if None in before and None in behind:
                lost.append(number)
                continue
            with found[1].open("rb") as file:
                file.seek(sum(before) if None not in before else found[1].stat().st_size - sum(behind))
                if hashlib.sha256(file.read(size)).hexdigest() != sha256:
                    lost.append(number)
        return lost

    def _hear(self, told: list[list]) -> None:
        for at_ms, kind, *what in told:
            at = at_ms / 1000
            if kind == "shown" and what[0] >= 0:
                before = self.shown[-1][1] if self.shown else what[0]
                # Between two answers more than the loop may pass.
                skipped = round((at - self.shown[-1][0]) * camera.FPS) if self.shown else 0
                near = before + skipped
                number = what[0] + round((near - what[0]) / camera.PICTURES) * camera.PICTURES
                self.shown.append((at, number))
            elif kind == "phase":
                self.phases.append((at, what[0]))
            elif kind == "acknowledged":
                recording, number, size, sha256 = what
                self.acknowledged.setdefault(recording, {})[number] = (size, sha256)
            elif kind == "ticket":
                ticket = Ticket(*what)
                if not self.tickets or self.tickets[-1].recording != ticket.recording:
                    self.tickets.append(ticket)
