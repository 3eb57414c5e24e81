"""What it costs a process to start. Prints JSON.

`python tests/bench/start.py [turns [CHECKOUT]]`: CPU seconds of a command that says what it can do, and of what each
process loads, so many times (5), each in a new process. With another checkout of this project, that has an environment
of its own, the same is measured there in turns. All files are compiled before the first turn, as they are on a machine
on which a command has run before.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

OURS = Path(__file__).resolve().parents[2]
LOADED = {
    "help": ["-m", "flask", "--app", "webapp", "--help"],
    "command": ["-m", "flask", "--app", "webapp", "recorders", "--help"],
    "web": ["-c", "from webapp import create_app; create_app()"],
    "office": ["-c", "import webapp.worker"],
    "media": ["-c", "import recorder.worker"],
}
TOLD = {"VIGNET_ENV": "development", "VIGNET_DATABASE_URL": "sqlite://"}


def cpu_s(checkout: Path, arguments: list[str]) -> float:
    """CPU seconds of this Python of the checkout. Raises RuntimeError when it fails."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(checkout / ".venv" / "bin" / "python"), *arguments]
    process = subprocess.Popen(command, cwd=checkout, env=env | TOLD, stdout=subprocess.DEVNULL)
    _, status, spent = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command} in {checkout} ended with {process.returncode}")
    return spent.ru_utime + spent.ru_stime


def measure(turns: int, beside: Path | None) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    for turn in range(turns + 1):
        for name, arguments in LOADED.items():
            ours = cpu_s(OURS, arguments)
            theirs = cpu_s(beside, arguments) if beside else None
            if turn:
                found.setdefault(f"start_{name}_cpu_s", []).append(ours)
                found.setdefault(f"start_{name}_beside_cpu_s", []).append(theirs)
    return found


def main() -> None:
    turns = round(float(sys.argv[1])) if len(sys.argv) > 1 else 5
    print(json.dumps(measure(turns, Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None)))


if __name__ == "__main__":
    main()
