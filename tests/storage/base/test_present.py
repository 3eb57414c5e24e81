"""What a state or a validated form guarantees is there, or the guarantee was broken."""

import pytest

from storage.base.present import present


@pytest.mark.parametrize("value", ["", 0, False, []])
def test_what_is_there_is_answered_also_when_it_is_nothing_much(value):
    assert present(value) is value


def test_what_is_missing_is_an_error_of_ours():
    with pytest.raises(LookupError, match="should be there"):
        present(None)
