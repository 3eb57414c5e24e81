"""What is there because something before saw to it: the state of a row, or a form that was validated."""

from typing import TypeVar

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """The value, which cannot be None here. Raises LookupError where it is: what should have seen to it did not."""
    if value is None:
        raise LookupError("a value is missing that should be there")
    return value
