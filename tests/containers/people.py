"""Gives an installation in production, which refuses a demo, the invented people that the tests know.

    python tests/containers/people.py

The settings come from the environment, as for any command.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from demo import example
from storage.base.database import session_scope

with session_scope() as session:
    now = datetime.now(UTC)
    example.schemes(session, now)
    example.people_and_dossiers(session, now)
