"""Safe Exam Browser, where the scheme asks for it: the configuration of a test, and who proved to run under it.

Windows sends the hashes as headers with each page; on macOS and iOS a script of the page reads them. What one browser
proved holds for its log-in and this test alone. It is asked for where the items are handed out: at the page of the test
and when it begins. Answers are taken from the browser that leads the sitting, whatever headers they come with: no
answer is lost over a header.
"""

from hashlib import sha256

from flask import current_app, request, session

from scenarios.theory import safe_exam_browser as seb
from scenarios.theory.safe_exam_browser import Asked, Check, Settings
from storage.planning.theory_tests import TheoryTest
from storage.theory.sittings import scheme_for
from webapp.context import g

_PROVEN = "theory_browser"


def asked_for(test: TheoryTest) -> bool:
    """True when this test is taken in Safe Exam Browser only."""
    scheme = scheme_for(g.db, test)
    return scheme is not None and scheme.content.theory.safe_exam_browser


def settings(test: TheoryTest) -> Settings:
    """The settings of this test. Raises ValueError where pages have no https: Safe Exam Browser asks for it."""
    origin = current_app.config["SETTINGS"].origin
    pages = [f"{origin}/{path}*" for path in ("online-toets", "static/", "inloggen", "instelling/", "uitloggen")]
    salt = sha256(f"Safe Exam Browser {test.id}".encode()).digest()
    return seb.settings(f"{origin}/online-toets", f"{origin}/online-toets/klaar", pages, salt)


def seen(test: TheoryTest) -> Check:
    """Whether the page that is asked for comes to a browser that is set up for this test."""
    headers = request.headers
    found = _judged(test, _address(), headers.get(seb.CONFIG_KEY_HEADER), headers.get(seb.EXAM_KEY_HEADER))
    if found is Check.ABSENT and session.get(_PROVEN) == str(test.id):
        return Check.RIGHT
    return found


def prove(test: TheoryTest, path: str, config_hash: str, exam_hash: str) -> bool:
    """What the script of the page at `path` read; True when it fits, and then it is remembered."""
    origin = current_app.config["SETTINGS"].origin
    right = _judged(test, f"{origin}{path}", config_hash, exam_hash) is Check.RIGHT
    if right:
        session[_PROVEN] = str(test.id)
    return right


def _judged(test: TheoryTest, address: str, config_hash: str | None, exam_hash: str | None) -> Check:
    scheme = scheme_for(g.db, test)
    keys = scheme.content.theory.browser_exam_keys if scheme else ()
    return Asked(seb.config_key(settings(test)), keys).check(address, config_hash, exam_hash)


def _address() -> str:
    """The address of this request as the browser wrote it."""
    origin = current_app.config["SETTINGS"].origin
    return f"{origin}{request.full_path.rstrip('?')}"
