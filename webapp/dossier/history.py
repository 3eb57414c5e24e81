"""Earlier texts: the versions of one side of a motivation file, what changed, and bringing one back."""

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from review.difference import Change, Run, difference
from scenarios.chapters import Documents
from storage.dossier.dossiers import Dossier
from storage.dossier.revisions import Revision, Side, history, part_of, restore
from storage.people.people import Role
from webapp import access
from webapp.access import files as access_file
from webapp.context import g
from webapp.dossier import drafts
from webapp.dutch import formats, terms

pages = Blueprint("history", __name__)


@pages.get("/dossier/<uuid:dossier_id>/versies")
@access.roles(Role.CANDIDATE)
def own(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The versions of the candidate's side."""
    return _list(access.dossier_for_candidate(dossier_id), Side.CANDIDATE)


@pages.get("/kandidaten/<uuid:dossier_id>/versies")
@access.roles(Role.MANAGER)
def substantiation(dossier_id: uuid.UUID) -> ResponseReturnValue:
    """The versions of the manager's side."""
    return _list(access.dossier_for_manager(dossier_id), Side.MANAGER)


@pages.get("/versies/<uuid:revision_id>")
@access.roles(Role.CANDIDATE, Role.MANAGER)
def version(revision_id: uuid.UUID) -> ResponseReturnValue:
    """One version: what it says, and what is different from the one before it."""
    found = access_file.revision(revision_id)
    versions = history(g.db, found.dossier, found.side)
    before = next((one for one in versions if one.number < found.number), None)
    changes = compared(found.dossier, before.content if before else {}, found.content)
    newest = versions[0].number == found.number
    may = not newest and any(found.dossier.is_open(part_of(name)) for name in found.content)
    values = {"changes": changes, "back": _back(found), "may_restore": may, "newest": newest}
    return render_template("history/version.html", version=found, **values)


@pages.post("/versies/<uuid:revision_id>/terugzetten")
@access.roles(Role.CANDIDATE, Role.MANAGER)
def bring_back(revision_id: uuid.UUID) -> ResponseReturnValue:
    """Bring this version back, as far as its parts are open. What is written now stays a version too."""
    found = access_file.revision(revision_id)
    restore(g.db, found, access.me(), g.now)
    flash(f"De versie van {formats.moment(found.saved_at)} staat weer in uw dossier.", "ok")
    return redirect(_back(found))


def compared(dossier: Dossier, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, tuple[Run, ...]]]:
    """The differences between two versions of one side: (label, runs of text), in the order of the form."""
    found = []
    for name in after:
        old, new = (shown(dossier, name, one.get(name)) for one in (before, after))
        if old != new:
            found.append((terms.field(name, dossier.scheme.content), difference(old, new)))
    return found


def shown(dossier: Dossier, name: str, value: Any) -> str:
    """A value of a field in words."""
    if name == "tasks":
        names = {task.key: task.name for task in dossier.scheme.content.chapter(Documents).tasks}
        return ", ".join(names.get(key, key) for key in value or ())
    if name.startswith("star_") and value:
        return terms.STAR_KINDS[value]
    return drafts.shown(value)


def _list(dossier: Dossier, side: Side) -> ResponseReturnValue:
    versions = history(g.db, dossier, side)
    rows = []
    for one, before in zip(versions, [*versions, None][1:], strict=True):
        changes = compared(dossier, before.content if before else {}, one.content)
        added = sum(len(run.text.split()) for _, runs in changes for run in runs if run.change is Change.ADDED)
        rows.append((one, [label for label, _ in changes], added))
    back = url_for("motivation.own" if side is Side.CANDIDATE else "substantiation.one", dossier_id=dossier.id)
    return render_template("history/list.html", dossier=dossier, rows=rows, back=back)


def _back(version: Revision) -> str:
    endpoint = "motivation.own" if version.side is Side.CANDIDATE else "substantiation.one"
    return url_for(endpoint, dossier_id=version.dossier_id)
