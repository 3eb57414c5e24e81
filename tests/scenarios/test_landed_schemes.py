"""A scheme that was ever in use stays readable: dossiers and sittings keep the one that they began under."""

from pathlib import Path

import pytest

from scenarios import scheme

LANDED = sorted((Path(__file__).parent / "landed").glob("*.toml"))


@pytest.mark.parametrize("path", LANDED, ids=lambda path: path.stem)
def test_it_is_read_and_what_is_new_has_a_default(path):
    read = scheme.parse(path.read_bytes())
    assert read.key in path.stem
    assert len(read.competencies) == (8 if read.assessment else 0)
