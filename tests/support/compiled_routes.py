"""Compiled addresses, kept from one web app to the next: each test has its own, and all have the same routes."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def keep() -> None:
    """From now on every web app of this process builds addresses by what another one compiled.

    What werkzeug compiles is a function of a rule, made of the rule's text and defaults alone: half of the time that
    making the app takes.
    """
    compile_builder: Callable[..., Any] = Rule._compile_builder
    kept: dict[tuple, Callable[..., Any]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (*rule._trace, *sorted((rule.defaults or {}).items()), append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = compiled
