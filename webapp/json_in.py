"""JSON that pages send: read by `storage.base.json_values`, so that what is malformed is a 400."""

from typing import Any

from flask.json.provider import DefaultJSONProvider

from storage.base import json_values


class JsonProvider(DefaultJSONProvider):
    """As Flask's own, but strict about what it reads."""

    def loads(self, s: str | bytes, **_kwargs: Any) -> Any:
        """Raises ValueError for whatever cannot be read, which Flask answers by 400."""
        return json_values.loads(s)
