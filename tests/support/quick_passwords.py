"""Passwords are hashed quickly here; how slow the product's own hash is has a test of its own."""

from argon2 import PasswordHasher
from pytest import MonkeyPatch

from storage.people import people

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_PRODUCT = (people._hasher, people._NOBODY)


def keep() -> None:
    """From now on this process makes and checks hashes that cost next to nothing."""
    people._hasher, people._NOBODY = QUICK, QUICK.hash("nobody has this one")


def as_the_product(monkeypatch: MonkeyPatch) -> None:
    """For this test the product hashes as it does."""
    for name, value in zip(("_hasher", "_NOBODY"), _PRODUCT, strict=True):
        monkeypatch.setattr(people, name, value)
