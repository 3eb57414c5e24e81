"""One version's own code adds people, files, exams and plans to a database: `python fill_again.py FOLDER DATABASE_URL`.

In the folder of that version's code, which is PYTHONPATH too, with its `tests`. Its demo writes in nearly every table,
in bulk; then one exam goes its whole way by the verbs of the nouns: begun, recorded, judged by two, decided, confirmed,
released, and its certificate given out.
"""

import os
import sys
from datetime import UTC, datetime

os.environ.update({"VIGNET_DATA": sys.argv[1], "VIGNET_DATABASE_URL": sys.argv[2]})

from support import cast, certified

from demo import crowd, example
from storage.base.database import session_scope

now, own = datetime.now(UTC), cast.person
# The demo has people of these addresses already.
cast.person = lambda session, local, *rest: own(session, f"later-{local}", *rest)

with session_scope() as session:
    crowd.fill(session, example.pack(session), 40, 3, now)
with session_scope() as session:
    made = certified.certified(session, cast.gather(session, now), now=now, pack=example.pack(session))
    session.flush()
    print(made.number)
