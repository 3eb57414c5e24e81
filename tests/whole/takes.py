"""Beside a running house: `takes.py ANSWER` prints the ids of its takes, `takes.py --fetch KEY PATH` gets an object."""

import sys
import uuid
from pathlib import Path

from sqlalchemy import select

from storage.database import session_scope
from storage.objects import object_store
from storage.recordings import Recording

if sys.argv[1] == "--fetch":
    object_store().get_file(sys.argv[2], Path(sys.argv[3]))
else:
    with session_scope(writes=False) as session:
        mine = select(Recording.id).where(Recording.answer_id == uuid.UUID(sys.argv[1])).order_by(Recording.take)
        print(*session.scalars(mine), sep="\n")
