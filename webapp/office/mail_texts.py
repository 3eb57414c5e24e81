"""The texts of mails, kept by the office: each kind with its versions, an example, a mail to oneself, the way back."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from storage.base.present import present
from storage.people import mail_texts, outbox
from storage.people.mail_texts import LONGEST_BODY, LONGEST_SUBJECT, MailText
from storage.people.people import Role
from webapp import access
from webapp.context import g
from webapp.dutch import mail_texts as words
from webapp.extensions import limiter
from webapp.forms import Form
from webapp.mail import fields

pages = Blueprint("mail_texts", __name__, url_prefix="/bureau/mailteksten")

TESTS = "20/hour"
"""How often one officer may mail a text to himself."""


class TextForm(Form):
    """`seen` is the version that the page showed."""

    subject = StringField("Onderwerp", [DataRequired("Vul een onderwerp in."), Length(max=LONGEST_SUBJECT)])
    body = TextAreaField(
        "Tekst",
        [DataRequired("Schrijf een tekst."), Length(max=LONGEST_BODY)],
        description="Gewone tekst. Een lege regel begint een nieuwe alinea.",
    )
    seen = HiddenField()

    def fits(self, kind: str) -> bool:
        """True when it may be kept for this kind; else the fields say what is wrong."""
        if not self.validate_on_submit():
            return False
        for field in (self.subject, self.body):
            wrong, errors = fields.stray(kind, present(field.data)), list(field.errors)
            if wrong.unknown:
                errors.append(f"Deze velden kent deze mail niet: {_names(wrong.unknown)}.")
            if wrong.braces:
                errors.append("Er staat een accolade die niet bij een veld hoort. Haal die weg.")
            field.errors = errors
        missing = fields.faults(kind, "", present(self.body.data)).missing
        if missing:
            self.body.errors = [*self.body.errors, f"Deze velden moeten in de tekst blijven: {_names(missing)}."]
        return not (self.subject.errors or self.body.errors)


@dataclass(frozen=True)
class Line:
    """A kind of mail in the list."""

    kind: str
    name: str
    text: MailText | None


@pages.get("")
@access.roles(Role.KSF_OFFICER)
def home() -> ResponseReturnValue:
    """Every kind of mail, by name, with the version that holds."""
    kept = mail_texts.newest_of_all(g.db)
    lines = [Line(kind, name_of(kind), kept.get(kind)) for kind in fields.kinds()]
    return render_template("mail_texts/home.html", lines=sorted(lines, key=lambda one: one.name.lower()))


@pages.route("/<kind>", methods=["GET", "POST"])
@access.roles(Role.KSF_OFFICER)
def one(kind: str) -> ResponseReturnValue:
    """One kind: its text now, what may stand in it, an example, and the versions before."""
    _known(kind)
    form = _form(kind)
    if request.method == "POST" and form.fits(kind):
        subject, body = present(form.subject.data), _body(form)
        kept = mail_texts.keep(g.db, kind, subject, body, _seen(form), access.me(), g.now)
        flash(f"Bewaard als versie {kept.number}. De volgende mail gaat zo weg.", "ok")
        return redirect(url_for("mail_texts.one", kind=kind))
    return _page(kind, form), 422 if form.errors else 200


@pages.post("/<kind>/voorbeeld")
@access.roles(Role.KSF_OFFICER)
def preview(kind: str) -> ResponseReturnValue:
    """The text that was typed, with invented data; nothing is kept."""
    _known(kind)
    form = _form(kind)
    return (_page(kind, form, typed=True), 200) if form.fits(kind) else (_page(kind, form), 422)


@pages.post("/<kind>/proef")
@access.roles(Role.KSF_OFFICER)
@limiter.limit(TESTS)
def test_mail(kind: str) -> ResponseReturnValue:
    """The same, as a mail to the officer who asks; nothing is kept."""
    _known(kind)
    form = _form(kind)
    if not form.fits(kind):
        return _page(kind, form), 422
    subject, body = _example(kind, present(form.subject.data), _body(form))
    outbox.add(g.db, access.me(), kind, f"Proef: {subject}"[: outbox.LONGEST_SUBJECT], body, g.now)
    flash(f"De proefmail gaat naar {access.me().email}. De tekst is nog niet bewaard.", "ok")
    return _page(kind, form, typed=True), 200


@pages.post("/<kind>/terug")
@access.roles(Role.KSF_OFFICER)
def go_back(kind: str) -> ResponseReturnValue:
    """Let an older version hold again, or (0) the text that Vignet came with."""
    _known(kind)
    number, seen = (request.form.get(name, -1, type=int) for name in ("number", "seen"))
    older = mail_texts.version(g.db, kind, number)
    if older is not None and not older.is_default and fields.faults(kind, older.subject, older.body):
        flash(f"Versie {number} past niet meer bij deze mail. Pas de tekst zelf aan.", "warn")
        return redirect(url_for("mail_texts.one", kind=kind))
    mail_texts.back_to(g.db, kind, number, seen, access.me(), g.now)
    flash("Dit is weer de tekst van deze mail.", "ok")
    return redirect(url_for("mail_texts.one", kind=kind))


def name_of(kind: str) -> str:
    """What a kind of mail is called: the subject that it has in the code."""
    return words.SUBJECTS.get(kind) or fields.default(kind).subject


def _known(kind: str) -> None:
    if kind not in fields.kinds():
        abort(404)


def _form(kind: str) -> TextForm:
    subject, body, number = _now(kind)
    return TextForm(subject=subject, body=body, seen=str(number))


def _now(kind: str) -> tuple[str, str, int]:
    """Subject, body and number of the text that holds."""
    text, code = mail_texts.newest(g.db, kind), fields.default(kind)
    number = text.number if text else 0
    return (code.subject, code.body, number) if text is None or text.is_default else (text.subject, text.body, number)


def _seen(form: TextForm) -> int:
    seen = form.seen.data or ""
    return int(seen) if seen.isdecimal() else -1


def _body(form: TextForm) -> str:
    return present(form.body.data).strip() + "\n"


def _page(kind: str, form: TextForm, typed: bool = False) -> str:
    subject, body, number = _now(kind)
    if typed:
        subject, body = present(form.subject.data), _body(form)
    shown_subject, shown = _example(kind, subject, body)
    code = fields.default(kind)
    return render_template(
        "mail_texts/one.html",
        kind=kind,
        name=name_of(kind),
        form=form,
        typed=typed,
        number=number,
        fields=[(one, words.about(one), one in code.required) for one in code.fields],
        subject=shown_subject,
        paragraphs=shown.strip().split("\n\n"),
        versions=mail_texts.versions(g.db, kind),
    )


def _example(kind: str, subject: str, body: str) -> tuple[str, str]:
    values = words.examples(fields.default(kind).fields)
    # A version from before may have a field that there is no more; it is shown as it stands.
    known = values | {name: f"{{{name}}}" for name in fields.names_in(subject + body) - values.keys()}
    return fields.fill(subject, known), fields.fill(body, known) + "\n"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
