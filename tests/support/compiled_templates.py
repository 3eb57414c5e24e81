"""Compiled page templates, kept from one web app to the next: each test has its own, and all have the same pages."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class Kept(BytecodeCache):
    """In the memory of this process; jinja2 itself compares each with a sum over the template's source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def keep() -> None:
    """From now on every web app of this process uses what another one compiled."""
    Flask.jinja_options = {"bytecode_cache": Kept()}
