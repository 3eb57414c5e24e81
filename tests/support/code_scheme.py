"""Gives a running installation a newer scheme in which a candidate is identified by a code before the first clip.

    python tests/support/code_scheme.py

Whoever is enrolled from then on sits the exam by it. The settings come from the environment, as for any command.
"""

import re
from datetime import UTC, datetime

from demo import example
from storage.base.database import session_scope
from storage.schemes import add_scheme, current_scheme


def main() -> None:
    with session_scope() as session:
        data = current_scheme(session, example.EXAM).data.decode()
        data, number = re.subn(r'^identity_check = "none"$', 'identity_check = "code"', data, flags=re.MULTILINE)
        assert number == 1
        add_scheme(session, data.encode(), datetime.now(UTC))


if __name__ == "__main__":
    main()
