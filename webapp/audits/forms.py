"""The forms of an audit: the checklist by the guidelines, a finding, when it was held, what was concluded."""

from datetime import timedelta
from typing import Any

from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from scenarios.audit_guidelines import Found
from storage.audits.audits import OrganisationAudit
from webapp.access import audits as access_audit
from webapp.context import g
from webapp.dutch.audits import FOUND
from webapp.dutch.formats import day_of
from webapp.forms import Form, choices

ANSWERS: dict[str, str] = {"": "Nog niet bekeken", **{str(one): word for one, word in FOUND.items()}}


class ReasonForm(Form):
    reason = TextAreaField("Waarom?", [DataRequired("Schrijf waarom."), Length(max=2000)])


class HeldForm(Form):
    on = DateField("Gehouden op", [InputRequired("Kies een dag.")])


class ConclusionForm(Form):
    conclusion = TextAreaField(
        "Conclusie", [DataRequired("Schrijf uw conclusie. De organisatie leest die."), Length(max=5000)]
    )


class FollowUpForm(Form):
    follow_up = TextAreaField(
        "Wat hebt u gedaan?", [DataRequired("Schrijf wat u hebt gedaan. De auditor leest het."), Length(max=5000)]
    )


class BackForm(Form):
    remark = TextAreaField("Wat moet er nog gebeuren?", [DataRequired("Schrijf wat er nog moet gebeuren.")])
    until = DateField("Voor welke dag?", [InputRequired("Kies een dag.")])


class CloseForm(Form):
    note = TextAreaField("Toelichting", [Optional(), Length(max=2000)])


class FindingForm(Form):
    """A finding; `point` is the point of the checklist that it is about, if any."""

    text = TextAreaField("Wat hebt u gevonden?", [DataRequired("Schrijf wat u hebt gevonden."), Length(max=5000)])
    point = SelectField("Bij welk punt?", [Optional()])
    owner = SelectField("Wie lost het op?", [Optional()])
    until = DateField("Voor welke dag?", [InputRequired("Kies een dag.")])

    @classmethod
    def of(cls, found: OrganisationAudit, sent: Any) -> "FindingForm":
        """For this audit; `sent` None: not filled in yet."""
        until = day_of(g.now) + timedelta(days=found.guidelines.finding_days)
        form = cls(formdata=sent, data={"until": until})
        points = [(one.key, one.text) for one in found.guidelines.points]
        form.point.choices = choices([("", "Geen punt van de lijst"), *points])
        owners = [(str(one.id), one.name) for one in access_audit.owners(found.organisation)]
        form.owner.choices = choices([("", "De organisatie"), *owners])
        return form


class ChecklistForm(Form):
    """Two fields for each point: what was found, and a remark."""

    @classmethod
    def of(cls, found: OrganisationAudit, **kwargs: Any) -> "ChecklistForm":
        """For this audit, with what was kept."""
        fields: dict[str, Any] = {}
        kept: dict[str, str] = {}
        for point in found.guidelines.points:
            fields[f"found_{point.key}"] = RadioField(point.text, [Optional()], choices=choices(ANSWERS.items()))
            fields[f"remark_{point.key}"] = StringField("Opmerking", [Length(max=2000)])
            answer = found.answers.get(point.key, {})
            kept |= {f"found_{point.key}": answer.get("found", ""), f"remark_{point.key}": answer.get("remark", "")}
        made: ChecklistForm = type("ChecklistFormOfAudit", (cls,), fields)(data=kept, **kwargs)
        return made

    @property
    def answers(self) -> dict[str, tuple[Found | None, str]]:
        """By key what was chosen and written."""
        keys = [name.removeprefix("found_") for name in self.data if name.startswith("found_")]
        return {
            key: (
                Found(self[f"found_{key}"].data) if self[f"found_{key}"].data else None,
                self[f"remark_{key}"].data or "",
            )
            for key in keys
        }
