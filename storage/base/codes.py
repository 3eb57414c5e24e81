"""Codes that people read aloud and type over, and that say nothing about anybody."""

import secrets

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 7
"""27 thousand million codes: when a million were given out, one new code in 27,000 is there already, and is refused."""


def neutral_code(prefix: str) -> str:
    """A code such as K-7F3QXMP that says nothing about anybody, without letters that look alike."""
    return f"{prefix}-{''.join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))}"
