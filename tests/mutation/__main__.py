"""Changes the rules, one small mistake at a time, and counts how many of the mistakes a test of the rules finds.

    make mutation                              the modules of RULES, about half an hour on a quiet core
    make mutation ARGS="review/verdict.py"     this one
    make mutation ARGS="--of 900a045"          those of an earlier commit, with its own tests
    make mutation ARGS="--sample 150"          so many of all mistakes, drawn by a seed (--seed, default 12)

The mistakes are those of mutmut, in an environment of their own that goes away afterwards; it copies the code, so this
checkout stays as it is. What survived is listed, with the command that shows it. tests/README.md keeps the scores.
"""

import argparse
import io
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = "mutmut==3.8.1"
RULES = (
    *("review/adjudication.py", "review/blinding.py", "review/certificate.py", "review/conflicts.py"),
    *("review/objection.py", "review/portfolio.py", "review/rating.py", "review/retention.py", "review/rules.py"),
    *("review/terms.py", "review/verdict.py", "scenarios/advice.py", "scenarios/practical.py", "scenarios/quality.py"),
    *("scenarios/readiness.py", "scenarios/sitting.py", "review/checklist.py", "review/marks.py", "review/proof.py"),
    *("review/rule_reading.py", "review/two_devices.py", "scenarios/assessment_time.py", "scenarios/rule_ties.py"),
)
"""Pure rules, and the table of the steps of a sitting."""
TESTS = ("tests/review", "tests/scenarios")
NICE = 15
FOUND = ("killed", "timeout", "suspicious", "segfault")
TOLD = re.compile(r"^\s*(?P<name>[\w.]+\.x\S*__mutmut_\d+): (?P<fate>.+)$")
NONE_OF_THEM = "none"
SETTINGS = """
[tool.mutmut]
source_paths = ["review", "scenarios"]
only_mutate = {modules}
also_copy = ["storage", "recorder", "webapp", "demo", "docker", "tests"]
pytest_add_cli_args = ["-n", "0", "-p", "no:cacheprovider", "--database", "sqlite"]
pytest_add_cli_args_test_selection = {tests}
"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutation", description=__doc__.split("\n")[0])
    parser.add_argument("modules", nargs="*", default=RULES, help="which to change; by default all rules")
    parser.add_argument("--of", default="HEAD", help="the commit whose code and tests to take")
    parser.add_argument("--sample", type=int, default=0, help="how many mistakes to draw; by default all are made")
    parser.add_argument("--seed", type=int, default=12)
    asked = parser.parse_args()
    os.nice(NICE)
    with tempfile.TemporaryDirectory(prefix="vignet-mutation-") as folder:
        place = Path(folder)
        tool, code = environment(place / "venv"), place / "code"
        unpack(asked.of, code)
        modules = [module for module in asked.modules if (code / module).exists()]
        settings = SETTINGS.format(modules=modules, tests=list(TESTS))
        with (code / "pyproject.toml").open("a") as file:
            file.write(settings)
        run = [tool, "run", "--max-children", str(os.cpu_count() or 1)]
        if asked.sample:
            # It makes all mistakes ready, and tries none when no name fits.
            subprocess.run([*run, NONE_OF_THEM], cwd=code, stderr=subprocess.DEVNULL, env=quiet())
            ready = sorted(fates(tool, code))
            drawn = random.Random(asked.seed).sample(ready, min(asked.sample, len(ready)))
            print(f"{len(drawn)} of {len(ready)} mistakes, drawn with seed {asked.seed}")
        else:
            drawn = []
        subprocess.run([*run, *drawn], cwd=code, check=True, env=quiet())
        found = fates(tool, code)
        print(table({name: found[name] for name in drawn or found}))
    return 0


def fates(tool: Path, code: Path) -> dict[str, str]:
    """What became of each mistake, by its name; it begins with the module."""
    said = subprocess.run([tool, "results", "--all", "true"], cwd=code, check=True, capture_output=True, text=True)
    return {match["name"]: match["fate"] for line in said.stdout.splitlines() if (match := TOLD.match(line))}


def quiet() -> dict[str, str]:
    return {**os.environ, "TERM": "dumb"}


def environment(folder: Path) -> Path:
    """The tool, beside all that our tests need."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (ours,) = (ROOT / ".venv").glob("lib/python*/site-packages")
    (site / "ours.pth").write_text(str(ours))
    pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    subprocess.run([*pip, "--ignore-installed", TOOL], check=True)
    return folder / "bin" / "mutmut"


def unpack(commit: str, code: Path) -> None:
    """The files of this commit."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(code, filter="data")


def table(fates: dict[str, str]) -> str:
    """A line for each module, and at the end what survived."""
    modules: dict[str, Counter[str]] = {}
    for name, fate in fates.items():
        modules.setdefault(name.rpartition(".")[0], Counter())[fate] += 1
    left = [f"{name}: {fate}" for name, fate in sorted(fates.items()) if fate not in FOUND]
    lines = ["| Module | Mistakes | Found | Score |", "|---|---|---|---|"]
    whole: Counter[str] = Counter()
    for module, those in sorted(modules.items()):
        whole += those
        lines.append(_line(module, those))
    return "\n".join([*lines, _line("all", whole), "", "Not found:", *left])


def _line(name: str, fate: Counter[str]) -> str:
    found = sum(fate[one] for one in FOUND)
    return f"| {name} | {fate.total()} | {found} | {found / max(fate.total(), 1):.1%} |"


if __name__ == "__main__":
    sys.exit(main())
