"""All tests in three parts: those that need no clock, those in real time two at a time, and those that must be alone.

Takes the arguments of pytest. With `--proof` first, each test runs on every database that it may depend on, and what is
marked `proof` runs too; all in real time run one by one then, since some measure how much of a film survives.
"""

import os
import subprocess
import sys

CORES = os.cpu_count() or 1
A_MODULE_EACH = ("--dist", "loadfile", "--no-loadscope-reorder")
TOGETHER = ("-n", str(min(CORES, 4)), *A_MODULE_EACH)
IN_REAL_TIME = ("-n", str(min(CORES, 2)), *A_MODULE_EACH)
NOTHING_TO_RUN = 5


def main(arguments: list[str]) -> int:
    """The first exit code of pytest that says that something failed; 0 when nothing did."""
    proof = arguments[:1] == ["--proof"]
    given = ["--database", "both", *arguments[1:]] if proof else arguments
    less = "" if proof else " and not proof"
    parts = [("-m", f"not real_time{less}", *TOGETHER)]
    if proof:
        parts.append(("-m", "real_time"))
    else:
        parts += [("-m", f"real_time and not alone{less}", *IN_REAL_TIME), ("-m", f"real_time and alone{less}")]
    pytest = [sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5"]
    codes = [subprocess.run([*pytest, *part, *given]).returncode for part in parts]
    if set(codes) == {NOTHING_TO_RUN}:
        return NOTHING_TO_RUN
    return next((code for code in codes if code not in (0, NOTHING_TO_RUN)), 0)


sys.exit(main(sys.argv[1:]))
