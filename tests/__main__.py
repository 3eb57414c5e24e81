"""All tests in half the time: those that need no clock side by side, then those in real time one by one.

Takes the arguments of pytest.
"""

import subprocess
import sys

PARTS = (
    ("-m", "not real_time", "-n", "auto", "--maxprocesses", "4"),
    ("-m", "real_time"),
)
NOTHING_TO_RUN = 5


def main(arguments: list[str]) -> int:
    """The first exit code of pytest that says that something failed; 0 when nothing did."""
    codes = [subprocess.run([sys.executable, "-m", "pytest", *part, *arguments]).returncode for part in PARTS]
    if set(codes) == {NOTHING_TO_RUN}:
        return NOTHING_TO_RUN
    return next((code for code in codes if code not in (0, NOTHING_TO_RUN)), 0)


sys.exit(main(sys.argv[1:]))
