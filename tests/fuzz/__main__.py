"""Feeds the readers of strangers' bytes with what coverage says they have not seen yet (atheris, libFuzzer).

    make fuzz                                  every reader, a minute each
    make fuzz ARGS="--seconds 600 rtp_packet"  one reader, ten minutes
    make fuzz ARGS="--runs 5000 --seed 1"      so many executions, the same each time

What was learnt stays in var/fuzz/ and is where the next run begins. A finding is a file there and exit code 1.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

LEARNT = ROOT / "var" / "fuzz"
DONE = re.compile(r"Done (\d+) runs in (\d+) second")
COVERED = re.compile(r"cov: (\d+) ft: (\d+)")
LONGEST = 4096
OURS = ["recorder", "aiortc.sdp"]
MEMORY = Path("/dev/shm")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__.split("\n")[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--runs", type=int, default=-1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked, flags = parser.parse_known_args()
    if asked.inside:
        return inside(asked.inside, flags)
    import targets

    names = asked.targets or list(targets.TARGETS)
    if unknown := set(names) - targets.TARGETS.keys():
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(targets.TARGETS)}")
    print(f"{'reader':22}{'executions':>12}{'seconds':>9}{'covered':>9}  finding", flush=True)
    found = [name for name in names if not feed(name, targets.TARGETS[name].seeds, asked)]
    return 1 if found else 0


def feed(name: str, seeds: tuple[bytes, ...], asked: argparse.Namespace) -> bool:
    """Feed one reader in a process of its own, since a crash ends it; prints a line, True when nothing was found."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as temporary:
        # With a seed a run is the same each time, so it neither uses nor adds to what was learnt.
        root = Path(temporary) if asked.seed else LEARNT
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(seeds):
            (folder / f"seed-{number}").write_bytes(seed)
        flags = [
            f"-runs={asked.runs}",
            f"-max_total_time={asked.seconds}",
            f"-seed={asked.seed}",
            f"-max_len={LONGEST}",
        ]
        flags += ["-rss_limit_mb=2048", "-timeout=10", f"-artifact_prefix={root}/{name}-"]
        command = [sys.executable, str(Path(__file__).parent), "--inside", name, *flags, str(folder)]
        run = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd=ROOT,
            env={**os.environ, "TMPDIR": temporary},
        )
    done, covered = DONE.search(run.stdout), COVERED.findall(run.stdout)
    runs, seconds = done.groups() if done else ("?", "?")
    finding = "" if run.returncode == 0 else _complaint(run.stdout)
    print(f"{name:22}{runs:>12}{seconds:>9}{covered[-1][0] if covered else '?':>9}  {finding or 'none'}", flush=True)
    return run.returncode == 0


def inside(name: str, flags: list[str]) -> int:
    import atheris

    with atheris.instrument_imports(include=OURS):
        import targets
    atheris.Setup([sys.argv[0], *flags], targets.TARGETS[name].read)
    atheris.Fuzz()
    return 0


def _complaint(text: str) -> str:
    """The exception and where it was raised, and the file that brings it back."""
    lines = [line.strip() for line in text.splitlines()]
    told = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception|Exit)\b|ERROR: libFuzzer", line)]
    places = [line for line in lines if line.startswith("File ") and "/recorder/" in line]
    kept = [line for line in lines if line.startswith("Test unit written to")]
    return "; ".join([*told[:1], *places[-1:], *kept[:1]]) or "\n".join(lines[-5:])


if __name__ == "__main__":
    sys.exit(main())
