"""How long to wait between attempts, whoever makes them."""

from datetime import timedelta

import pytest

from storage.base.backoff import JOBS, MAILS, UPLOADS, Backoff


def test_who_gives_up_waits_so_often_and_then_no_more():
    backoff = Backoff((5, 60))
    assert backoff.attempts == 3
    assert [backoff.after(failed) for failed in (1, 2, 3, 4)] == [
        timedelta(seconds=5),
        timedelta(minutes=1),
        None,
        None,
    ]


def test_who_never_gives_up_waits_as_long_as_the_last_time():
    assert [Backoff((1, 2, 5)).after_s(failed) for failed in (1, 2, 3, 4, 100)] == [1, 2, 5, 5, 5]


@pytest.mark.parametrize("backoff", [JOBS, MAILS, UPLOADS])
def test_every_wait_is_longer_than_the_one_before(backoff):
    assert list(backoff.delays_s) == sorted(set(backoff.delays_s))
    assert backoff.delays_s[0] >= 1
