"""JSON that comes from outside: read strictly, and taken apart by a handful of checks.

What is no JSON, nested beyond reading, no number, or of another kind than was meant is Malformed, and never an error
of ours. Whoever wrote it was a program; what people write (schemes, packs) is read by `scenarios.reading`.
"""

import json
import math
from typing import Any


class Malformed(ValueError):
    """A value that no program of ours would send; the message says what is wrong with it, and not what it holds."""


def loads(data: str | bytes) -> Any:
    """The value that these bytes hold."""
    try:
        return json.loads(data, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON ({type(error).__name__})") from error


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise Malformed(f"an object is needed, not {type(value).__name__}")
    return value


def flat(value: Any) -> dict[str, Any]:
    """A JSON object without others or lists in it."""
    if any(isinstance(one, dict | list) for one in mapping(value).values()):
        raise Malformed("an object without others in it is needed")
    return mapping(value)


def listing(value: Any, most: int) -> list[Any]:
    """A JSON array of at `most` so many."""
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(f"a list of at most {most} is needed")
    return value


def whole(value: Any) -> int:
    """A whole number; true and false are none."""
    if type(value) is not int:
        raise Malformed(f"a whole number is needed, not {type(value).__name__}")
    return value


def number(value: Any, below: float = 1e15) -> float:
    """A finite number from 0 on and `below` another; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < below:
        raise Malformed("a number from 0 on is needed")
    return value


def yes_no(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Malformed(f"true or false is needed, not {type(value).__name__}")
    return value


def text(value: Any, longest: int) -> str:
    """A text of at most so many characters, without blanks around it. PostgreSQL keeps no NUL, and nobody types one."""
    if not isinstance(value, str) or len(value) > longest or "\0" in value:
        raise Malformed(f"a text of at most {longest} characters is needed")
    return value.strip()


def _finite(written: str) -> float:
    found = float(written)
    return found if math.isfinite(found) else _no_number(written)


def _no_number(written: str) -> float:
    raise ValueError(f"{written} is no number in JSON")
