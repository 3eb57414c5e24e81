"""Texts of mails that KSF wrote: every kind, its fields, what is refused, versions, and what a sent mail tells."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from jinja2 import meta
from jinja2.defaults import DEFAULT_FILTERS
from sqlalchemy import select
from support import cast
from support.visitors import text_of

from storage.people import mail_texts
from storage.people.complaints import Complaint as Received
from storage.people.links import LinkKind, issue
from storage.people.mail_texts import LONGEST_BODY, LONGEST_SUBJECT, MailText
from storage.people.outbox import LINK, MailMessage
from webapp.dutch.mail_texts import FIELDS, examples
from webapp.mail import fields
from webapp.mail.deliver import as_html
from webapp.mail.notify import _text, notify, notify_once

PAGE = "/bureau/mailteksten/complaint_answered"
OTHER = {"subject": "Antwoord op {nummer}", "body": "Dag {naam},\n\nEr is antwoord op {nummer}."}


class Anything:
    """Whatever a template asks of a value: it says its own path, and every condition on it is `truth`."""

    def __init__(self, path, truth):
        self._path, self._truth = path, truth

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._path}.{name}", self._truth)

    def __getitem__(self, key):
        return Anything(f"{self._path}.{key}", self._truth)

    def __call__(self, *_args):
        return self

    def __iter__(self):
        return iter([self.one, self.two])

    def __len__(self):
        return 2

    def __str__(self):
        return f"({self._path})"

    def __bool__(self):
        return self._truth

    def __eq__(self, _other):
        return self._truth

    def __gt__(self, _other):
        return self._truth

    def __sub__(self, number):
        return f"({self._path} less {number})"

    def __add__(self, number):
        return f"({self._path} and {number})"

    __hash__ = object.__hash__


@pytest.fixture
def anything(app, monkeypatch):
    """Every template can be filled in, with each condition one way and the other."""
    ours = {
        name: lambda value, *_more, name=name: Anything(f"{value}|{name}", True)
        for name in app.jinja_env.filters.keys() - DEFAULT_FILTERS.keys()
    }
    monkeypatch.setattr(app.jinja_env, "filters", {**app.jinja_env.filters, **ours})
    monkeypatch.setattr(app.jinja_env, "cache", None)
    with app.test_request_context("/"):
        yield lambda kind, truth: {name: Anything(name, truth) for name in _asked(app, kind)}


def _asked(app, kind):
    """What the template of this kind is given."""
    source = (fields.FOLDER / f"{kind}.txt").read_text()
    return meta.find_undeclared_variables(app.jinja_env.parse(source)) - app.jinja_env.globals.keys() | {"person"}


@pytest.mark.parametrize("truth", [True, False], ids=["yes", "no"])
def test_the_text_of_the_code_with_its_fields_filled_in_is_the_mail_of_today(anything, truth):
    for kind in fields.kinds():
        context, code = anything(kind, truth), fields.default(kind)
        person = context.pop("person")
        subject, body = _text(person, kind, context, None)
        text = MailText(kind=kind, number=1, subject=code.subject, body=code.body)
        filled_subject, filled = _text(person, kind, context, text)
        assert filled_subject == " ".join(subject.split()), kind
        assert filled.split() == body.split(), kind
        if kind not in fields.BLOCKS:
            assert [part.split() for part in filled.split("\n\n")] == [part.split() for part in body.split("\n\n")], (
                kind
            )
        assert "\x02" not in filled and len(filled) > 60, kind
        assert not fields.faults(kind, code.subject, code.body), kind


def test_every_field_has_a_name_an_example_and_one_meaning_in_a_mail():
    assert len(fields.kinds()) > 60
    for kind in fields.kinds():
        code = fields.default(kind)
        # A mail that is new may call a field by its place, until it has a name of its own.
        assert all(re.fullmatch(r"(veld|deel)\d+", name) for name in set(code.fields) - FIELDS.keys()), kind
        shown = fields.fill(code.body, examples(code.fields))
        assert "{" not in shown and LINK not in shown
    used = {name for kind in fields.kinds() for name in fields.default(kind).fields}
    assert used >= FIELDS.keys()


def test_one_name_is_one_expression_in_each_mail():
    for kind in fields.kinds():
        source, meanings = (fields.FOLDER / f"{kind}.txt").read_text(), {}
        for name, begin, end in fields._spans(kind, source):
            meanings.setdefault(name, set()).add(source[begin:end].strip())
        double = {name: found for name, found in meanings.items() if name and len(found) > 1}
        assert not double, (kind, double)


@pytest.mark.parametrize(
    "body, said",
    [
        ("Dag {naam}, er is antwoord op {nummer}. {vorname}", "unknown"),
        ("Dag {naam}, er is antwoord.", "missing"),
        ("Er is antwoord op {nummer}: {", "braces"),
        ("Er is antwoord op {nummer} }", "braces"),
        ("{nummer} {person.name}", "braces"),
        ("{nummer} {{ config }}", "braces"),
        ("{nummer} {% for x in y %}", "braces"),
        ("{nummer} {naam!r}", "braces"),
        ("{nummer} {naam.__class__}", "braces"),
        ("{nummer} {Naam}", "unknown"),
        ("{nummer} {0}", "braces"),
    ],
)
def test_what_is_no_field_of_this_mail_is_refused(body, said):
    found = fields.faults("complaint_answered", "Antwoord", body)
    assert [name for name in ("unknown", "missing", "braces") if getattr(found, name)] == [said]


def test_a_value_is_never_looked_at_again():
    assert fields.fill("Dag {naam}", {"naam": "{nummer} {{ 7 * 7 }} $naam"}) == "Dag {nummer} {{ 7 * 7 }} $naam"


def test_a_text_of_ksf_goes_out_as_plain_text(app, session, people):
    body = "Dag {naam},\n\n<b>Antwoord</b> op {nummer}: zie {site}"
    mail_texts.keep(session, "complaint_answered", "Over {nummer}", body, 0, people.officer, cast.NOW)
    people.manager.name = "Jan <script>alert(1)</script> {nummer}"

    class Complaint:
        code = "KL-ABC"

    with app.test_request_context("/"):
        made = notify(session, people.manager, "complaint_answered", cast.NOW, complaint=Complaint())
    assert (made.subject, made.text_version) == ("Over KL-ABC", 1)
    assert "Dag Jan <script>alert(1)</script> {nummer}," in made.text
    html = as_html(made.subject, made.text)
    assert "<script>" not in html and "<b>Antwoord" not in html and "&lt;b&gt;" in html


def test_a_personal_link_is_not_kept_in_a_text_of_ksf_either(app, session, people):
    mail_texts.keep(session, "password_reset", "Wachtwoord", "Kies hier: {link}", 0, people.officer, cast.NOW)
    with app.test_request_context("/"):
        link = issue(session, people.manager, LinkKind.RESET, None, cast.NOW)
        made = notify(session, people.manager, "password_reset", cast.NOW, link=link)
    assert made.text == f"Kies hier: {LINK}\n"


def test_what_is_said_once_is_not_said_again_in_new_words(app, session, people):
    class Complaint:
        code = "KL-ABC"

    def tell(code="KL-ABC"):
        one = Complaint()
        one.code = code
        due = datetime(2026, 4, 13, tzinfo=UTC).date()
        with app.test_request_context("/"):
            return notify_once(session, people.manager, "complaint_received", cast.NOW, complaint=one, due=due)

    assert tell() and not tell()
    for seen, body in enumerate(("Ontvangen: {nummer}, voor {termijn}.", "Binnen: {nummer}, {termijn}.")):
        mail_texts.keep(session, "complaint_received", "Ontvangen", body, seen, people.officer, cast.NOW)
        assert not tell()
    assert tell("KL-DEF") and not tell("KL-DEF")
    mail_texts.back_to(session, "complaint_received", 0, 2, people.officer, cast.NOW)
    assert not tell() and not tell("KL-DEF")
    versions = select(MailMessage.text_version).order_by(MailMessage.text_version)
    assert list(session.scalars(versions)) == [0, 2]


@pytest.fixture
def free(app, session, people):
    session.commit()
    app.before_request(session.commit)


def rows_of(session, noun):
    session.expire_all()
    found = session.scalars(select(noun)).all()
    session.commit()
    return found


def test_from_the_list_to_a_mail_in_new_words_and_back(free, session, visit, people):
    officer = visit(people.officer)
    assert "Er is antwoord op uw klacht" in officer.get("/bureau/mailteksten").text
    page = text_of(officer.get(PAGE).text)
    assert "{nummer}" in page and "moet blijven" in page and "Nina Voorbeeld" in page
    new = {**OTHER, "seen": "0"}
    shown = officer.post(f"{PAGE}/voorbeeld", new)
    assert shown.status_code == 200 and "Dag Nina Voorbeeld" in shown.text and not rows_of(session, MailText)
    assert officer.post(f"{PAGE}/proef", new).status_code == 200
    (proof,) = rows_of(session, MailMessage)
    assert proof.person_id == people.officer.id and proof.subject == "Proef: Antwoord op AB-7F3QXMP"
    assert officer.post(PAGE, new).status_code == 302
    assert officer.post(PAGE, new).status_code == 409
    assert officer.post(PAGE, {**new, "seen": "1"}).status_code == 302
    (kept,) = rows_of(session, MailText)
    assert (kept.number, kept.made_by_id) == (1, people.officer.id)
    colleague = visit(people.second_officer)
    assert "versie 1" in text_of(colleague.get("/bureau/mailteksten").text)
    second = {**OTHER, "body": "Anders: {nummer}", "seen": "1"}
    assert colleague.post(PAGE, second).status_code == 302
    assert officer.post(f"{PAGE}/terug", {"number": "1", "seen": "1"}).status_code == 409
    assert officer.post(f"{PAGE}/terug", {"number": "1", "seen": "2"}).status_code == 302
    assert officer.post(f"{PAGE}/terug", {"number": "0", "seen": "3"}).status_code == 302
    assert [one.subject for one in sorted(rows_of(session, MailText), key=lambda one: one.number)] == [
        OTHER["subject"],
        OTHER["subject"],
        OTHER["subject"],
        "",
    ]
    assert "standaardtekst" in text_of(officer.get(PAGE).text)
    assert "KSF heeft uw klacht" in officer.get(PAGE).text


@pytest.mark.parametrize(
    "values, said",
    [
        ({"body": "Zonder velden."}, "Deze velden moeten in de tekst blijven: {nummer}."),
        ({"body": "{nummer} {geheim}"}, "Deze velden kent deze mail niet: {geheim}."),
        ({"body": "{nummer} {{ 7*7 }}"}, "Er staat een accolade die niet bij een veld hoort"),
        ({"subject": "{geheim}"}, "Onderwerp: Deze velden kent deze mail niet: {geheim}."),
        ({"subject": "Over {", "body": "nummer} {nummer}"}, "Onderwerp: Er staat een accolade die niet bij een veld"),
        ({"subject": " "}, "Vul een onderwerp in."),
        ({"body": ""}, "Schrijf een tekst."),
        ({"subject": "x" * (LONGEST_SUBJECT + 1)}, "tekens"),
        ({"body": "{nummer}" + "x" * LONGEST_BODY}, "tekens"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_a_sentence_everywhere(free, session, visit, people, values, said):
    officer = visit(people.officer)
    for page in (PAGE, f"{PAGE}/voorbeeld", f"{PAGE}/proef"):
        answer = officer.post(page, {**OTHER, "seen": "0", **values})
        assert answer.status_code == 422 and said in text_of(answer.text), page
    assert not rows_of(session, MailText) and not rows_of(session, MailMessage)


def test_garbage_and_versions_that_are_not_there(free, session, visit, people):
    officer = visit(people.officer)
    assert officer.get("/bureau/mailteksten/contact").status_code == 404
    assert officer.get("/bureau/mailteksten/../geheim").status_code == 404
    for values in ({}, {"number": "7", "seen": "0"}, {"number": "x", "seen": "y"}, {"number": "0", "seen": "0"}):
        assert officer.post(f"{PAGE}/terug", values).status_code == 409
    assert officer.post(PAGE, {**OTHER, "seen": "x"}).status_code == 409
    assert not rows_of(session, MailText)
    assert visit(people.manager).get(PAGE).status_code == 404


def test_a_mail_tells_which_version_it_was_made_of(free, session, visit, people):
    officer = visit(people.officer)
    visit(people.manager).post("/klachten", {"subject": "service", "text": "Niemand belde terug."})
    assert officer.post(PAGE, {**OTHER, "seen": "0"}).status_code == 302
    (complaint,) = rows_of(session, Received)
    assert officer.post(f"/klachten/bureau/{complaint.id}", {"answer": "Excuses."}).status_code == 302
    received, answered = sorted(rows_of(session, MailMessage), key=lambda one: one.template, reverse=True)
    assert answered.text == f"Dag {people.manager.name},\n\nEr is antwoord op {complaint.code}.\n"
    assert "versie 1 van" in text_of(officer.get(f"/bureau/post/{answered.id}").text)
    assert "de standaardtekst" in text_of(officer.get(f"/bureau/post/{received.id}").text)


@pytest.mark.both_databases
def test_versions_have_numbers_without_a_hole_and_the_newest_holds(session, people):
    for number in range(3):
        at = cast.NOW + timedelta(minutes=number)
        mail_texts.keep(session, "receipt", "Onderwerp", f"Tekst {number}", number, people.officer, at)
    session.commit()
    assert mail_texts.newest(session, "receipt").number == 3
    assert [one.number for one in mail_texts.versions(session, "receipt")] == [3, 2, 1]
    assert {kind: one.number for kind, one in mail_texts.newest_of_all(session).items()} == {"receipt": 3}
    assert mail_texts.keep(session, "receipt", "Onderwerp", "Tekst 2", 3, people.officer, cast.NOW).number == 3
