"""What `make run` costs while nobody uses it. Prints JSON.

`python tests/bench/idle.py [turns [CHECKOUT]]`: a second start in a data folder that a first one made, with the demo,
so many times (5): CPU seconds of all its processes until it says that all is up, and, a while after, their memory and
what CPU they take. Memory is PSS, in which a page that several processes share counts once. With another checkout of
this project, that has environments of its own, the same is measured there in turns.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

OURS = Path(__file__).resolve().parents[2]
QUIET_S = 20
"""How long after the start memory is looked at: each part has done what it does by itself at least once by then."""
TICK = os.sysconf("SC_CLK_TCK")


def processes(data: Path) -> dict[int, str]:
    """Every process that runs for this data folder, by its number, with its command line."""
    mark, found = f"VIGNET_DATA={data}".encode(), {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (entry / "environ").read_bytes().split(b"\0"):
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return found


def cpu_s(pids: dict[int, str]) -> float:
    """CPU seconds of these processes, and of what they have started and seen end."""
    spent = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            spent += sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return spent / TICK


def pss_mb(pids: dict[int, str]) -> dict[int, float]:
    """Proportional set size of each, in MB of 2^20 bytes."""
    sizes = {}
    for pid in pids:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            sizes[pid] = int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1]) / 1024
    return sizes


@contextlib.contextmanager
def running(checkout: Path, data: Path, port: int) -> Iterator[float]:
    """`make run` of this checkout, from when it says that it is up; answers the CPU seconds that this took."""
    mine = ("PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV", "PYTHONPATH")
    env = {name: value for name, value in os.environ.items() if name not in mine and not name.startswith("VIGNET_")}
    env |= {"VIGNET_DATA": str(data), "VIGNET_PORT": str(port), "VIGNET_DEMO": "on"}
    start = checkout / "docker" / "local" / "start.py"
    python = str(Path(sys.base_prefix) / "bin" / "python3")
    process = subprocess.Popen([python, start], cwd=checkout, env=env, stdout=subprocess.PIPE, text=True)
    try:
        if not any("Ctrl-C ends it" in line for line in process.stdout):
            raise RuntimeError(f"{start} did not come up")
        yield cpu_s(processes(data))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(120)


def turn(checkout: Path, data: Path, port: int) -> dict[str, float]:
    with running(checkout, data, port) as spent:
        time.sleep(QUIET_S)
        names = processes(data)
        sizes = pss_mb(names)
        before, began = cpu_s(names), time.monotonic()
        time.sleep(QUIET_S)
        idle = 60 * (cpu_s(names) - before) / (time.monotonic() - began)
        for pid, size in sorted(sizes.items(), key=lambda each: -each[1]):
            print(f"{size:7.1f} MB  {cpu_s({pid: ''}):6.2f} s  {names[pid][-110:]}", file=sys.stderr)
    return {
        "start_cpu_s": spent,
        "pss_mb": sum(sizes.values()),
        "processes": len(sizes),
        "cpu_s_per_minute": idle,
    }


def measure(turns: int, beside: Path | None, folder: Path) -> dict[str, list[float | None]]:
    found: dict[str, list[float | None]] = {}
    checkouts = {"": OURS} | ({"beside_": beside} if beside else {})
    for number, checkout in enumerate(checkouts.values()):
        with running(checkout, folder / f"data{number}", 21000 + 100 * number):
            pass
    for _ in range(turns):
        for number, (name, checkout) in enumerate(checkouts.items()):
            for key, value in turn(checkout, folder / f"data{number}", 21000 + 100 * number).items():
                found.setdefault(f"idle_{name}{key}", []).append(value)
    if not beside:
        found |= {key.replace("idle_", "idle_beside_"): [None] for key in list(found)}
    return found


def main() -> None:
    turns = round(float(sys.argv[1])) if len(sys.argv) > 1 else 5
    beside = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(turns, beside, Path(name))))


if __name__ == "__main__":
    main()
