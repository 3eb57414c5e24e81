"""All tests in two parts that run beside each other: those in real time one by one, and the others in what they leave.

A test in real time waits for most of its time, and what it does then must be done at once: it goes before the others,
which need no clock. Takes the arguments of pytest. With `--proof` first, each test runs on every database that it may
depend on, and what is marked `proof` runs too.
"""

import os
import queue
import subprocess
import sys
import threading

TOGETHER = ("-n", str(os.cpu_count() or 1), "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
BEHIND = ("nice", "-n", "7")
"""A sixth of a core is left to who comes behind: pages in a browser still come before a test gives them up."""
NOTHING_TO_RUN = 5


class Behind:
    """A part that runs behind the other one, and whose lines are shown when it is their turn."""

    def __init__(self, command: list[str]):
        self._run = subprocess.Popen([*BEHIND, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._run.stdout is not None
        while some := self._run.stdout.read1():
            self._lines.put(some)
        self._lines.put(b"")

    def show(self) -> int:
        """Show what it has said, and go on until it ends; its exit code."""
        while some := self._lines.get():
            sys.stdout.buffer.write(some)
            sys.stdout.buffer.flush()
        return self._run.wait()

    def stop(self) -> None:
        """End it, as Ctrl-C does."""
        self._run.terminate()
        self._run.wait()


def main(arguments: list[str]) -> int:
    """The first exit code of pytest that says that something failed; 0 when nothing did."""
    proof = arguments[:1] == ["--proof"]
    given = ["--database", "both", *arguments[1:]] if proof else arguments
    less = "" if proof else " and not proof"
    pytest = [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5"]
    behind = Behind([*pytest, "-m", f"not real_time{less}", *TOGETHER, *given])
    try:
        codes = [subprocess.run([*pytest, "-m", f"real_time{less}", *given]).returncode, behind.show()]
    except KeyboardInterrupt:
        behind.stop()
        raise
    if set(codes) == {NOTHING_TO_RUN}:
        return NOTHING_TO_RUN
    return next((code for code in codes if code not in (0, NOTHING_TO_RUN)), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
