"""What stands in the way of a start gets one sentence that says what to do, and leaves nothing running."""

import errno
import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import prepare
import pytest
from support import services

START = services.ROOT / "docker" / "local" / "start.py"


def refusal(tmp_path: Path, prefix: tuple[str, ...] = (), **variables: str) -> str:
    """What a start says that must fail: exactly one line, within seconds."""
    env = {**os.environ, "VIGNET_PORT": str(services.free_ports(8)), "VIGNET_DATA": str(tmp_path / "data"), **variables}
    done = subprocess.run([*prefix, sys.executable, START], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("offset", [0, 5, 7])
def test_a_busy_port(tmp_path, offset):
    first = services.free_ports(8)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + offset))
        other.listen()
        line = refusal(tmp_path, VIGNET_PORT=str(first))
    assert f"Port {first + offset} " in line
    assert "is in use" in line
    assert f"VIGNET_PORT={first + 100} make run" in line


@pytest.mark.parametrize("port", ["web", "0", "65530", "-1"])
def test_a_port_that_is_none(tmp_path, port):
    assert "VIGNET_PORT must be a number" in refusal(tmp_path, VIGNET_PORT=port)


def test_a_folder_with_a_name_that_other_programs_take_amiss(tmp_path):
    assert "may not hold the character %" in refusal(tmp_path, VIGNET_DATA=str(tmp_path / "100%"))


def test_python_without_venv(tmp_path):
    # Debian's python3 without python3-venv has a venv module, but no ensurepip.
    (tmp_path / "ensurepip.py").write_text("raise ModuleNotFoundError(\"No module named 'ensurepip'\")")
    assert "apt-get install python3-venv" in refusal(tmp_path, PYTHONPATH=str(tmp_path))


def test_a_folder_that_may_not_be_written_in(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    # Root may write everywhere until this capability is gone.
    prefix = ("setpriv", "--bounding-set=-dac_override", "--") if os.geteuid() == 0 else ()
    line = refusal(tmp_path, prefix, VIGNET_DATA=str(closed / "data"))
    assert line.startswith(f"You may not write in {closed / 'data'}")
    assert "VIGNET_DATA" in line


def test_a_full_disk(tmp_path):
    # The kernel's own full disk stands where the start tries whether it can write.
    (tmp_path / "data" / "run").mkdir(parents=True)
    (tmp_path / "data" / "run" / "probe").symlink_to("/dev/full")
    line = refusal(tmp_path)
    assert line == f"The disk that holds {tmp_path / 'data'} is full: make room and start again."


def test_files_that_may_not_grow(tmp_path):
    line = refusal(tmp_path, ("prlimit", "--fsize=4096", "--"))
    assert "may not grow" in line


def test_a_second_start_on_the_same_data(tmp_path):
    lock = tmp_path / "data" / "run" / "lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711")
        file.flush()
        line = refusal(tmp_path)
    assert "already runs" in line
    assert "process 4711" in line


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_every_obstacle_is_one_sentence_that_names_the_place(number):
    sentence = str(prepare.obstacle_of(OSError(number, os.strerror(number)), Path("/data")))
    assert "/data" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "is full"),
        ("sqlite3.OperationalError: database or disk is full", "is full"),
        ("sqlite3.OperationalError: attempt to write a readonly database", "read-only"),
        ("something else", "a hint"),
    ],
)
def test_a_step_that_fails_says_why(said, sentence, capfd):
    with pytest.raises(prepare.Obstacle, match=sentence):
        prepare.step([sys.executable, "-c", f"import sys; sys.exit({said!r})"], Path("/data"), "a hint")


def test_shared_memory_that_may_not_be_written_in(tmp_path):
    """As in a chroot or container that somebody made by hand; store and workers could keep no locks there."""
    if os.geteuid() != 0:
        pytest.skip("only root may have another /dev/shm for one process")
    closed = 'mount -t tmpfs -o mode=555 tmpfs /dev/shm && exec setpriv --bounding-set=-dac_override -- "$@"'
    line = refusal(tmp_path, ("unshare", "--mount", "--", "sh", "-c", closed, "sh"))
    assert line.startswith("/dev/shm cannot be used by you (Permission denied)")
    assert "chmod 1777 /dev/shm" in line
