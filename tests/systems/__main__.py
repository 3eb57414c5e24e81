"""`make systems`: Vignet as an ordinary user on a Debian that holds nothing but what the README asks for.

Each system is made by debootstrap in a folder of its own, with `git make python3 python3-venv` and no more. There a
user without rights clones this checkout and types `make run`; the run is good when /healthz is ready and one of the
demo people gets in at the page to log in. A second start where /dev/shm is closed must say so in one sentence.
Needs root (debootstrap, chroot), Debian's archive and PyPI. `make systems ARGS="trixie"`; without words both.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from support import services  # noqa: E402

SYSTEMS = {"trixie": "Debian 13", "bookworm": "Debian 12"}
ASKED = "git,make,python3,python3-venv"
"""What README.md names under Start; ca-certificates beside it, which any machine on a network has."""
TRUST = Path("/etc/ssl/certs/ca-certificates.crt")
USER, PASSWORD = "iemand", "vignet-demo"
UP_S = 2400


def main(names: list[str]) -> int:
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        print("Root and debootstrap are needed: apt-get install debootstrap.", file=sys.stderr)
        return 1
    for name in names or SYSTEMS:
        with tempfile.TemporaryDirectory(prefix=f"vignet-{name}-") as folder:
            root = made(name, Path(os.environ.get("VIGNET_SYSTEM") or Path(folder, "root")))
            with mounted(root):
                try_it(name, root)
    return 0


def made(name: str, root: Path) -> Path:
    """A system with what the README asks for, a user, and a clone of this checkout that is the user's own."""
    if not root.exists():
        included = f"--include=ca-certificates,{ASKED}"
        _run(["debootstrap", "--variant=minbase", included, name, root])
    # What this machine trusts, so that the package index is reached as from here.
    shutil.copy(TRUST, root / "etc/ssl/certs/ca-certificates.crt")
    for path in ("/etc/pip.conf", "/etc/resolv.conf", "/etc/hosts"):
        if Path(path).exists():
            shutil.copy(path, root / path.lstrip("/"))
    home = root / "home" / USER
    if not home.exists():
        _run(["chroot", root, "useradd", "--create-home", "--shell", "/bin/sh", USER])
    shutil.rmtree(home / "vignet", ignore_errors=True)
    _run(["git", "clone", "--quiet", "--no-hardlinks", f"file://{ROOT}", home / "vignet"])
    _run(["chroot", root, "chown", "-R", f"{USER}:{USER}", f"/home/{USER}"])
    return root


@contextlib.contextmanager
def mounted(root: Path) -> Iterator[None]:
    """With the mounts that every booted system has."""
    mounts = [("proc", "proc", []), ("tmpfs", "dev", ["-o", "mode=755"]), ("tmpfs", "dev/shm", ["-o", "mode=1777"])]
    done = []
    try:
        for kind, place, options in mounts:
            (root / place).mkdir(exist_ok=True)
            _run(["mount", "-t", kind, *options, kind, root / place])
            done.append(root / place)
        for device in ("null", "zero", "full", "random", "urandom", "tty"):
            (root / "dev" / device).touch()
            _run(["mount", "--bind", f"/dev/{device}", root / "dev" / device])
            done.append(root / "dev" / device)
        (root / "dev/fd").symlink_to("/proc/self/fd")
        yield
    finally:
        for place in reversed(done):
            subprocess.run(["umount", "--lazy", place])


def try_it(name: str, root: Path) -> None:
    port, began = services.free_ports(8), time.monotonic()
    python = _said(root, "python3 --version").strip()
    with run(root, port) as (process, log):
        services.wait_until(lambda: "Ctrl-C ends it." in log.read_text() or process.poll() is not None, str(log), UP_S)
        assert process.poll() is None, log.read_text()
        up = time.monotonic() - began
        with urllib.request.urlopen(f"http://localhost:{port}/healthz", timeout=20) as answer:
            told = json.load(answer)
        assert told["ready"], told
        who = log_in(f"http://localhost:{port}")
        # As Ctrl-C does: everybody in front of the terminal hears it.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(90)
    print(f"{SYSTEMS[name]}, {python}: make run as {USER}, ready after {up:.0f} s ({', '.join(told['parts'])}), {who}")
    (root / "dev/shm").chmod(0o755)
    with run(root, port) as (process, log):
        assert process.wait(120) != 0
        (line,) = [line for line in log.read_text().splitlines() if not line.startswith("make")]
    assert line.startswith("/dev/shm cannot be used by you"), line
    print(f"{SYSTEMS[name]}, with /dev/shm closed: {line}")


@contextlib.contextmanager
def run(root: Path, port: int) -> Iterator[tuple[subprocess.Popen, Path]]:
    """`make run` as the user, and nothing of it afterwards."""
    log = root / "home" / USER / "run.log"
    env = {"HOME": f"/home/{USER}", "PATH": "/usr/bin:/bin", "VIGNET_PORT": str(port), "LANG": "C.UTF-8"}
    inside = [shutil.which("chroot"), f"--userspec={USER}:{USER}", root, "make", "-C", f"/home/{USER}/vignet", "run"]
    with log.open("w") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *inside], env=env, stdout=output, stderr=output, process_group=0
        )
    try:
        yield process, log
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(90)


def log_in(origin: str) -> str:
    """Somebody of the demo logs in as a browser would; answers what the next page is called."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(f"{origin}/inloggen", timeout=30).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
    form = {"csrf_token": token, "email": "bureau@ksf.example", "password": PASSWORD}
    answer = browser.open(f"{origin}/inloggen", urlencode(form).encode(), timeout=30)
    assert "inloggen" not in answer.url, answer.url
    return f"an officer is logged in at {re.search(r'<h1[^>]*>(.*?)</h1>', answer.read().decode(), re.S)[1].strip()!r}"


def _said(root: Path, command: str) -> str:
    return subprocess.run(["chroot", root, "sh", "-c", command], check=True, capture_output=True, text=True).stdout


def _run(command: list) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {(done.stdout + done.stderr)[-3000:]}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
