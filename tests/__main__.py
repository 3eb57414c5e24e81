"""All tests in two parts: those that need no clock side by side, then those in real time one by one.

Takes the arguments of pytest. With `--proof` first, each test runs on every database that it may depend on, and what is
marked `proof` runs too.
"""

import os
import subprocess
import sys

TOGETHER = ("-n", str(os.cpu_count() or 1), "--maxprocesses", "4", "--dist", "loadfile", "--no-loadscope-reorder")
NOTHING_TO_RUN = 5


def main(arguments: list[str]) -> int:
    """The first exit code of pytest that says that something failed; 0 when nothing did."""
    proof = arguments[:1] == ["--proof"]
    given = ["--database", "both", *arguments[1:]] if proof else arguments
    less = "" if proof else " and not proof"
    parts = (("-m", f"not real_time{less}", *TOGETHER), ("-m", f"real_time{less}"))
    pytest = [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5"]
    codes = [subprocess.run([*pytest, *part, *given]).returncode for part in parts]
    if set(codes) == {NOTHING_TO_RUN}:
        return NOTHING_TO_RUN
    return next((code for code in codes if code not in (0, NOTHING_TO_RUN)), 0)


sys.exit(main(sys.argv[1:]))
