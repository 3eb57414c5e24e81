"""Reads TOML into frozen dataclasses, and notes every problem instead of stopping at the first.

Who writes an exam scheme wants the whole list of mistakes at once. The bounds of a value stand with the field
that holds it (`within`, `matching`, `many`), so a dataclass is the full description of its table.
"""

import re
import tomllib
import types
from dataclasses import MISSING, field, fields, is_dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints


class ContentError(ValueError):
    """Exam content that cannot be used; `problems` holds every reason as a Dutch sentence."""

    def __init__(self, problems: list[str]):
        super().__init__("\n".join(problems))
        self.problems = problems


def within(low: int | str, high: int | str, default: Any = MISSING) -> Any:
    """A whole number or an exact decimal from `low` to `high`, both included."""
    return field(default=default, metadata={"low": Fraction(low), "high": Fraction(high)})


def always(value: bool | int) -> Any:
    """A value that can be no other yet: it says what the product always does, and a scheme that differs is refused."""
    return field(metadata={"only": value})


def matching(pattern: str, meaning: str, default: Any = MISSING) -> Any:
    """A text that matches `pattern`; `meaning` says in Dutch what is expected."""
    return field(default=default, metadata={"pattern": pattern, "meaning": meaning})


def many(least: int, most: int | None = None, default: Any = MISSING, **limits: Any) -> Any:
    """A list of `least` to `most` elements; `limits` are the metadata of one element."""
    return field(default=default, metadata={"least": least, "most": most, **limits})


KEY: dict[str, Any] = {"pattern": r"[a-z][a-z0-9_]*", "meaning": "een sleutel van kleine letters, cijfers en _"}


def keyed() -> Any:
    """A text that names its owner in code and in rows."""
    return field(metadata=KEY)


def read(data: bytes, kind: type, problems: list[str]) -> Any:
    """The dataclass `kind` from TOML bytes, or None with at least one problem noted."""
    try:
        values = tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        problems.append(f"Het bestand is geen UTF-8-tekst (byte {error.start}).")
        return None
    except tomllib.TOMLDecodeError as error:
        problems.append(f"Het bestand is geen geldige TOML: {error}.")
        return None
    return shaped(values, kind, "", problems)


def shaped(values: Any, kind: type, where: str, problems: list[str]) -> Any:
    """The dataclass `kind` from a table that stands at `where`, or None with at least one problem noted."""
    if not isinstance(values, dict):
        problems.append(f"{where}: moet een tabel zijn.")
        return None
    before = len(problems)
    prefix = f"{where}." if where else ""
    hints = _hints(kind)
    found = {}
    for item in fields(kind):
        if item.name in values:
            path = prefix + item.name
            found[item.name] = _value(values[item.name], hints[item.name], item.metadata, path, problems)
        elif item.default is MISSING:
            problems.append(f"{prefix}{item.name}: ontbreekt.")
    for name in sorted(values.keys() - {item.name for item in fields(kind)}):
        problems.append(f"{prefix}{name}: is onbekend.")
    return kind(**found) if len(problems) == before else None


@cache
def _hints(kind: type) -> dict[str, Any]:
    # Asking costs half of reading a scheme.
    return get_type_hints(kind)


def _value(value: Any, kind: Any, limits: Any, where: str, problems: list[str]) -> Any:
    if get_origin(kind) is types.UnionType:
        kind = get_args(kind)[0]
    if get_origin(kind) is tuple:
        return _list(value, get_args(kind)[0], limits, where, problems)
    if isinstance(kind, type) and is_dataclass(kind):
        return shaped(value, kind, where, problems)
    if kind is dict or get_origin(kind) is dict:
        return _open_table(value, where, problems)
    if issubclass(kind, StrEnum):
        return _choice(value, kind, where, problems)
    return {bool: _yes_no, int: _whole, Fraction: _decimal, str: _text}[kind](value, limits, where, problems)


def _list(value: Any, kind: Any, limits: Any, where: str, problems: list[str]) -> tuple[Any, ...] | None:
    if not isinstance(value, list):
        problems.append(f"{where}: moet een lijst zijn.")
        return None
    least, most = limits.get("least", 0), limits.get("most")
    if len(value) < least or (most is not None and len(value) > most):
        needed = (
            f"precies {least}" if least == most else f"minstens {least}" + (f" en hoogstens {most}" if most else "")
        )
        problems.append(f"{where}: telt {len(value)} onderdelen; nodig: {needed}.")
    return tuple(_value(one, kind, limits, f"{where}[{n}]", problems) for n, one in enumerate(value, 1))


def _open_table(value: Any, where: str, problems: list[str]) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        problems.append(f"{where}: moet een tabel zijn.")
        return None
    return value


def _choice(value: Any, kind: type[StrEnum], where: str, problems: list[str]) -> StrEnum | None:
    if value not in list(kind):
        problems.append(f"{where}: moet {' of '.join(kind)} zijn, maar is {value!r}.")
        return None
    return kind(value)


def _yes_no(value: Any, limits: Any, where: str, problems: list[str]) -> Any:
    if not isinstance(value, bool):
        problems.append(f"{where}: moet true of false zijn, maar is {value!r}.")
        return None
    return _only(value, limits, where, problems)


def _whole(value: Any, limits: Any, where: str, problems: list[str]) -> Any:
    if isinstance(value, bool) or not isinstance(value, int):
        problems.append(f"{where}: moet een geheel getal zijn, maar is {value!r}.")
        return None
    return _only(_bounded(value, value, limits, where, problems), limits, where, problems)


def _decimal(value: Any, limits: Any, where: str, problems: list[str]) -> Any:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        problems.append(f'{where}: moet een decimaal getal tussen aanhalingstekens zijn ("2.25"), maar is {value!r}.')
        return None
    return _bounded(Fraction(value), value, limits, where, problems)


def _only(value: Any, limits: Any, where: str, problems: list[str]) -> Any:
    if value is None or value == limits.get("only", value):
        return value
    problems.append(f"{where}: kan alleen {_toml(limits['only'])} zijn, maar is {_toml(value)}.")
    return None


def _toml(value: bool | int) -> str:
    return str(value).lower()


def _bounded(number: Any, written: Any, limits: Any, where: str, problems: list[str]) -> Any:
    low, high = limits.get("low"), limits.get("high")
    if low is not None and not low <= number <= high:
        bounds = f"van {_plain(low)} tot en met {_plain(high)}"
        problems.append(f"{where}: moet een getal {bounds} zijn, maar is {written}.")
        return None
    return number


def _plain(number: Fraction) -> str:
    return f"{float(number):g}"


def _text(value: Any, limits: Any, where: str, problems: list[str]) -> str | None:
    if not isinstance(value, str) or not value.strip():
        problems.append(f"{where}: moet een tekst zijn die niet leeg is.")
        return None
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        problems.append(f"{where}: moet {limits['meaning']} zijn, maar is {value!r}.")
        return None
    return value.strip()
