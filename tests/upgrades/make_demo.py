"""One version's demo with a crowd, made by its own code in its own database, without films: `python make_demo.py`.

In the folder of that version's code, which is PYTHONPATH too, with its `tests`. It knows where earlier versions had
their demo.
"""

from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module

DOSSIERS, ORGANISATIONS = 30, 3


def found(*names: str):
    """The first of these modules that this version has."""
    for name in names:
        with suppress(ModuleNotFoundError):
            return import_module(name)
    raise ModuleNotFoundError(names)


database, schemes = found("storage.base.database", "storage.database"), found("storage.schemes")
demo, crowd, cast = (
    found("demo.example", "webapp.demo"),
    found("demo.crowd", "webapp.crowd"),
    found("support.cast", "cast"),
)

with database.session_scope() as session:
    now = datetime.now(UTC)
    scheme = demo.schemes(session, now)
    cast.pack(session)
    session.flush()
    demo.people_and_dossiers(session, now)
    if hasattr(demo, "bank"):
        demo.bank(session, now)
    session.flush()
    crowd.fill(session, schemes.current_pack(session, scheme), DOSSIERS, ORGANISATIONS, now)
