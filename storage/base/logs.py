"""What a process writes into its log: a line of text, or one of JSON, with the number of the request that it is about.

A page that is asked for has a number of its own. A job that it orders keeps it, so that what a worker says about the
job hours later is found by the same number as what the page said. The number says nothing about anybody.
"""

import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from storage.base.config import config

_request: ContextVar[str | None] = ContextVar("request", default=None)
NOISY = ("aioice", "aiortc", "celery", "kombu", "botocore", "boto3", "urllib3", "amqp")
"""Others whose lines count from a warning on."""


def begin_request() -> str:
    """A number for what begins now in this thread or task."""
    number = uuid.uuid4().hex
    _request.set(number)
    return number


def end_request() -> None:
    """What this thread does next is about no request, until another one begins."""
    _request.set(None)


def request_number() -> str | None:
    """The number of the request that is being worked for; None when nobody asked."""
    return _request.get()


@contextmanager
def working_for(number: str | None) -> Iterator[None]:
    """What is logged in here is about this request."""
    token = _request.set(number)
    try:
        yield
    finally:
        _request.reset(token)


class JsonLine(logging.Formatter):
    """One line of JSON for each record: when, how bad, who says it, about which request, what, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """As JSON, in one line whatever is in it."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_number(),
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({name: value for name, value in line.items() if value is not None}, ensure_ascii=False)


class TextLine(logging.Formatter):
    """The same for somebody who reads along."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """With the beginning of the number of the request after it, where there is one."""
        number, text = request_number(), super().format(record)
        first, *rest = text.split("\n", 1)
        return "\n".join([f"{first} [{number[:8]}]" if number else first, *rest])


def begin(level: int = logging.INFO) -> None:
    """Have this process log as VIGNET_LOGS says, instead of what was there before. Safe to call again."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine() if config().logs == "json" else TextLine())
    root = logging.getLogger()
    # Others, such as what collects lines in a test, stay.
    root.handlers[:] = [*(one for one in root.handlers if type(one) is not logging.StreamHandler), handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
