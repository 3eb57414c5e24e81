"""What must be on this machine before the first part can start: the virtual environments, for tests some Debian
packages, and for lint what reads the scripts of the pages. Python's standard library is all that it uses, since nothing
else is there yet.
"""

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
VENV_SWIFT = ROOT / ".venv-swift"
VENV_TRANSCRIBE = ROOT / ".venv-transcribe"
RUN = ROOT / "requirements.txt"
TEST = ROOT / "tests" / "requirements.txt"
TRANSCRIBE = ROOT / "tests" / "requirements-transcribe.txt"
SWIFT = ROOT / "docker" / "local" / "requirements-swift.txt"
PIP = ROOT / "docker" / "local" / "requirements-pip.txt"
APT = ROOT / "tests" / "apt.txt"
APT_PROOF = ROOT / "tests" / "apt-proof.txt"
SCRIPTS = ROOT / "package-lock.json"

# How programs say in words what the operating system says in numbers.
SAYINGS = [(number, os.strerror(number)) for number in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)] + [
    (errno.ENOSPC, "database or disk is full"),
    (errno.EROFS, "attempt to write a readonly database"),
    (errno.EFBIG, os.strerror(errno.EFBIG)),
]


class Obstacle(Exception):
    """Something that only a person can take away. The message is one sentence that says how."""


def obstacle_of(error: OSError, folder: Path) -> Obstacle:
    """The sentence for an error of the operating system while writing in `folder`."""
    reasons = {
        errno.ENOSPC: f"The disk that holds {folder} is full: make room and start again.",
        errno.EDQUOT: f"Your disk quota for {folder} is used up: make room and start again.",
        errno.EFBIG: f"Files in {folder} may not grow (ulimit -f): raise that limit and start again.",
        errno.EROFS: f"{folder} is on a read-only disk: set VIGNET_DATA to a folder that you may write in.",
        errno.EACCES: f"You may not write in {folder}: set VIGNET_DATA to a folder that you may write in.",
    }
    reasons[errno.EPERM] = reasons[errno.EACCES]
    return Obstacle(reasons.get(error.errno, f"{folder} cannot be used: {error.strerror or error}."))


def check_python() -> None:
    """Raises Obstacle when this Python is too old or cannot make virtual environments."""
    if sys.version_info < (3, 11):  # noqa: UP036 – the very question is which Python this is
        raise Obstacle(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make PYTHON=python3.12 … names another."
        )
    try:
        import ensurepip
        import venv  # noqa: F401 – whether it is there is all that is asked
    except ImportError:
        raise Obstacle(
            "Python's venv module is missing: install it with `apt-get install python3-venv` and start again."
        ) from None
    del ensurepip


def environment(folder: Path, *requirements: Path) -> None:
    """Have a virtual environment in `folder` with exactly the pinned packages of the first file of `requirements`.

    And with the pinned pip, without the setuptools that Python before 3.12 brings along, which nothing here needs.
    Further files name subsets of the first. A stamp in the folder makes the second call cheap. Raises Obstacle.
    """
    stamp = folder / "installed"
    wanted = [_digest(PIP, path) for path in requirements]
    try:
        done = stamp.read_text().split()
    except OSError:
        done = []
    python = folder / "bin" / "python"
    if wanted[0] in done and python.exists():
        return
    print(f"Installing {requirements[0].relative_to(ROOT)} into {folder.name} …", flush=True)
    hint = (
        f"Setting up {folder.name} failed, see the lines above: "
        "mostly the package index cannot be reached; check the network and start again."
    )
    try:
        stamp.unlink(missing_ok=True)
        if not _answers([python, "-m", "pip", "--version"]):
            shutil.rmtree(folder, ignore_errors=True)
            step([sys.executable, "-m", "venv", folder], folder, hint)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
        for file in (PIP, requirements[0]):
            step([*pip, "install", "--require-hashes", "--only-binary", ":all:", "-r", file], folder, hint)
        step([*pip, "uninstall", "--yes", "setuptools"], folder, hint)
        stamp.write_text("\n".join(wanted))
    except OSError as error:
        raise obstacle_of(error, folder) from error


def environments(tests: bool = False) -> None:
    """Both virtual environments, made side by side. Raises Obstacle."""
    check_python()
    with ThreadPoolExecutor() as pool:
        made = [
            pool.submit(environment, VENV, *([TEST, RUN] if tests else [RUN])),
            pool.submit(environment, VENV_SWIFT, SWIFT),
        ]
    for each in made:
        each.result()


def script_tools() -> None:
    """Have in node_modules exactly what package-lock.json pins, by the Node.js of the environment. Raises Obstacle."""
    folder = ROOT / "node_modules"
    stamp, wanted = folder / ".installed", _digest(SCRIPTS)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing {SCRIPTS.name} into {folder.name} …", flush=True)
    path = {**os.environ, "PATH": f"{VENV / 'bin'}:{os.environ.get('PATH', '')}"}
    hint = "Installing what reads the scripts failed, see the lines above: mostly the npm registry cannot be reached."
    try:
        step(["npm", "ci", "--silent"], folder, hint, cwd=ROOT, env=path)
        stamp.write_text(wanted)
    except OSError as error:
        raise obstacle_of(error, folder) from error


def system_packages(*lists: Path) -> None:
    """Have the Debian packages of these lists. Raises Obstacle when they are missing and we are not root."""
    missing = [name for path in lists for name in path.read_text().split() if not _installed(name)]
    if not missing:
        return
    names = " ".join(missing)
    if os.geteuid() != 0:
        raise Obstacle(f"The tests need Debian packages: run `apt-get install {names}` as root and start again.")
    print(f"Installing the Debian packages {names} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *missing]):
        done = subprocess.run(["apt-get", "-qq", *command], env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
            raise Obstacle(f"apt-get could not install {names}: see the lines above, mend that and start again.")


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def _answers(command: list) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _installed(package: str) -> bool:
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True, check=False)
    return done.stdout.endswith(" installed")


def step(command: list, folder: Path, hint: str, **options) -> str:
    """Run one step of the set-up quietly and answer what it printed.

    When it fails, show its last words and raise an Obstacle: `folder` cannot be written in, or else `hint`.
    """
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    if done.returncode == 0:
        return done.stdout
    for number, words in SAYINGS:
        if words in done.stdout:
            raise obstacle_of(OSError(number, words), folder)
    print("\n".join(done.stdout.strip().splitlines()[-15:]), file=sys.stderr)
    raise Obstacle(hint)


def main(arguments: list[str]) -> int:
    proof, lint = arguments == ["proof"], arguments == ["lint"]
    tests = proof or arguments == ["test"]
    try:
        if tests:
            system_packages(APT, *([APT_PROOF] if proof else []))
        environments(tests or lint)
        if proof:
            environment(VENV_TRANSCRIBE, TRANSCRIBE)
        if lint:
            script_tools()
    except Obstacle as obstacle:
        print(obstacle, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
