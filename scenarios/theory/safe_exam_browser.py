"""Safe Exam Browser: the configuration file of a test, and whether a page was asked by a browser that is set up so.

The Config Key is the SHA-256 of the settings as "SEB-JSON": no white space, nothing escaped, keys in an order without
capitals at every level, `originatorVersion` left out. A request has the SHA-256 of its address and that key, in
hexadecimal, in a header; WKWebView (macOS and iOS) sends no headers, and there a script of the page reads the same
value for the page's own address. The Browser Exam Key comes from a closed part of each build, so the keys that are
allowed are a list. Source: "Developer documentation: Config Key" of the SEB project, and its clients' code.

The clients disagree about some values (dates, real numbers, quotes and line ends in text, empty dictionaries), so
`Settings` takes only those by which all of them come to the same key.
"""

import plistlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import urldefrag, urlsplit

CONFIG_KEY_HEADER = "X-SafeExamBrowser-ConfigKeyHash"
EXAM_KEY_HEADER = "X-SafeExamBrowser-RequestHash"
MEDIA_TYPE = "application/seb"
_LARGEST = 2**31

Value = str | bool | int | bytes | Sequence["Value"] | Mapping[str, "Value"]
Settings = Mapping[str, Value]


class SettingError(ValueError):
    """A setting about which the clients of Safe Exam Browser disagree, or that none of them knows."""


def settings(
    start: str, quit_link: str, pages: Iterable[str], salt: bytes, quit_password_hash: str | None = None
) -> Settings:
    """The settings of one test: it begins at `start`, ends at `quit_link`, and opens `pages` and nothing else.

    `pages` are addresses with `*` for any text. `salt` is 32 random bytes of this test alone, which the Browser Exam
    Key depends on. With the SHA-256 of a password, in hexadecimal, a supervisor can end the browser; without it only
    the link can. Raises ValueError for an address without https, another length of the salt, or what is no such hash.
    """
    for address in (start, quit_link):
        if urlsplit(address).scheme != "https" or not urlsplit(address).netloc:
            raise ValueError(f"{address!r} is no address with https")
    if len(salt) != 32:
        raise ValueError("the salt has 32 bytes")
    if quit_password_hash is not None and not re.fullmatch("[0-9a-f]{64}", quit_password_hash):
        raise ValueError("no SHA-256 in hexadecimal")
    rules: list[Value] = [{"action": 1, "active": True, "expression": one, "regex": False} for one in pages]
    found: dict[str, Value] = {
        "startURL": start,
        "quitURL": quit_link,
        "quitURLConfirm": True,
        # Without it no header is sent.
        "sendBrowserExamKey": True,
        "examKeySalt": salt,
        # The modern web view on macOS: the old one sends headers, but is taken out of the system.
        "browserWindowWebView": 3,
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
        "URLFilterRules": rules,
        # A page may be loaded anew, and a test that was left may be gone on with.
        "browserWindowAllowReload": True,
        "allowQuit": quit_password_hash is not None,
    }
    if quit_password_hash is not None:
        found["hashedQuitPassword"] = quit_password_hash
    return found


def configuration(chosen: Settings) -> bytes:
    """The configuration file: a plain property list in XML. Raises SettingError."""
    _check(chosen)
    plain: dict[str, Any] = _plain(chosen)
    return plistlib.dumps(plain, fmt=plistlib.FMT_XML, sort_keys=True)


def config_key(chosen: Settings) -> str:
    """The Config Key of these settings, in hexadecimal. Raises SettingError."""
    _check(chosen)
    return sha256(seb_json(chosen).encode()).hexdigest()


def seb_json(chosen: Settings) -> str:
    """The settings as the Config Key is made of them."""
    left = {key: value for key, value in chosen.items() if key != "originatorVersion"}
    return _json(left)


def request_hash(address: str, key: str) -> str:
    """What a browser with this key (Config Key or Browser Exam Key) sends for the page at this address.

    The address is the one that the browser sees: with the public scheme and host, its query and its %-encoding as they
    were asked. What comes after `#` does not count.
    """
    return sha256((urldefrag(address).url + key).encode()).hexdigest()


class Check(StrEnum):
    """What the hashes of one request say."""

    RIGHT = "right"
    ABSENT = "absent"  # none was given: another browser, one that sends no headers, or a redirect lost them
    WRONG = "wrong"


@dataclass(frozen=True)
class Asked:
    """Which keys a test asks for: the Config Key, Browser Exam Keys of which one must fit, or both."""

    config_key: str | None
    exam_keys: tuple[str, ...] = ()

    def check(self, address: str, config_hash: str | None, exam_hash: str | None) -> Check:
        """Judges the two hashes that came for this address; what is not asked for is not looked at.

        macOS keeps a bare `#` at the end of an address, so a hash of that is right too.
        """
        asked: list[tuple[tuple[str, ...], str | None]] = []
        if self.config_key is not None:
            asked.append(((self.config_key,), config_hash))
        if self.exam_keys:
            asked.append((self.exam_keys, exam_hash))
        found = [_judged(address, keys, given) for keys, given in asked]
        if Check.WRONG in found:
            return Check.WRONG
        return Check.ABSENT if Check.ABSENT in found else Check.RIGHT


def _judged(address: str, keys: tuple[str, ...], given: str | None) -> Check:
    if not given:
        return Check.ABSENT
    sent = given.strip().lower().encode()
    plain = urldefrag(address).url
    allowed = [request_hash(plain, key) for key in keys]
    allowed += [sha256(f"{plain}#{key}".encode()).hexdigest() for key in keys]
    fits = [compare_digest(sent, one.encode()) for one in allowed]
    return Check.RIGHT if any(fits) else Check.WRONG


def _check(value: Value, where: str = "") -> None:
    if isinstance(value, str):
        if '"' in value or any(ord(sign) < 32 for sign in value):
            raise SettingError(f"{where}: a quote, or a line end or other sign that is not printed")
    elif isinstance(value, Mapping):
        _check_dictionary(value, where)
    elif isinstance(value, list | tuple):
        for number, one in enumerate(value):
            _check(one, f"{where}[{number}]")
    elif not isinstance(value, bool | bytes | int):
        raise SettingError(f"{where}: {type(value).__name__}")
    elif isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        raise SettingError(f"{where}: more than 32 bits")


def _check_dictionary(value: Mapping[str, Value], where: str) -> None:
    if where and not value:
        raise SettingError(f"{where}: an empty dictionary")
    if len({key.casefold() for key in value}) < len(value):
        raise SettingError(f"{where}: keys that differ in capitals only")
    for key, one in value.items():
        if not key.isascii() or not key.isalnum():
            raise SettingError(f"{where}: the key {key!r}")
        _check(one, f"{where}.{key}".lstrip("."))


def _plain(value: Any) -> Any:
    """The same value in the types that the library for property lists knows."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _json(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, bytes):
        return f'"{b64encode(value).decode()}"'
    if isinstance(value, Mapping):
        pairs = sorted(value.items(), key=lambda pair: pair[0].casefold())
        return "{" + ",".join(f'"{key}":{_json(one)}' for key, one in pairs) + "}"
    return "[" + ",".join(_json(one) for one in value) + "]"
