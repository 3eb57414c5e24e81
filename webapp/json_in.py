"""JSON that comes in: what is no JSON, nested beyond reading, or no number is malformed, and never an error of ours."""

import math
from typing import Any

from flask.json.provider import DefaultJSONProvider


class JsonProvider(DefaultJSONProvider):
    """As Flask's own, but strict about what it reads."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError for whatever cannot be read, which Flask answers by 400."""
        try:
            return super().loads(s, parse_constant=_no_number, parse_float=_finite, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")
