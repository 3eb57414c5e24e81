"""Two thousand bytes nobody thought of for each reader, the same each time; `make fuzz` goes on from there."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.proof


def test_no_reader_breaks():
    command = [sys.executable, str(Path(__file__).parent), "--runs", "2000", "--seed", "1"]
    run = subprocess.run(command, capture_output=True, text=True)
    print(run.stdout)
    assert run.returncode == 0, run.stdout
    assert run.stdout.count(" none") == len(run.stdout.splitlines()) - 1 > 8
