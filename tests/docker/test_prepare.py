"""The environments that are made before anything can start."""

import importlib.metadata
import re
import sys
from pathlib import Path

import prepare
import pytest


def test_an_environment_has_the_pinned_pip_and_no_setuptools():
    """What Python's own venv brings along is as old as that Python, with the faults that were found since."""
    here = Path(sys.prefix)
    stamp = here / "installed"
    if not stamp.exists() or prepare._digest(prepare.PIP, prepare.TEST) not in stamp.read_text().split():
        pytest.skip("this environment was made otherwise, or before")
    (pinned,) = re.findall(r"^pip==(\S+)", prepare.PIP.read_text(), re.M)
    (site,) = here.glob("lib/python*/site-packages")
    there = {one.name.lower(): one.version for one in importlib.metadata.distributions(path=[str(site)])}
    assert there["pip"] == pinned
    assert "setuptools" not in there
    assert not {"setuptools", "pkg_resources"} & {one.name for one in site.iterdir()}
