"""The base of every form: its complaints are Dutch, and what browsers add to a text is taken out."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from flask import g, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from wtforms import DecimalField, EmailField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # younger than its stubs
from wtforms.widgets import TextInput

from storage.base import plain

COMPLAINTS = {
    "This field is required.": "Vul dit in.",
    "Not a valid choice.": "Kies een van de mogelijkheden.",
    "Not a valid choice": "Kies een van de mogelijkheden.",
    "'%(value)s' is not a valid choice for this field.": "Kies een van de mogelijkheden.",
    "'%(value)s' are not valid choices for this field.": "Kies een van de mogelijkheden.",
    "Invalid Choice: could not coerce.": "Kies een van de mogelijkheden.",
    "Invalid input.": "Kijk dit nog eens na.",
    "Not a valid decimal value.": "Vul een getal in, bijvoorbeeld 6,5.",
    "Not a valid float value.": "Vul een getal in, bijvoorbeeld 6,5.",
    "Not a valid integer value.": "Vul een heel getal in, bijvoorbeeld 6.",
    "Not a valid date value.": "Vul een datum in, bijvoorbeeld 21-11-2026.",
    "Not a valid datetime value.": "Vul een datum en een tijd in, bijvoorbeeld 21-11-2026 14:00.",
    "Invalid email address.": "Dit is geen e-mailadres. Kijk het nog eens na.",
    "Number must be at least %(min)s.": "Vul een getal in van %(min)s of meer.",
    "Number must be at most %(max)s.": "Vul een getal in van %(max)s of minder.",
    "Number must be between %(min)s and %(max)s.": "Vul een getal in van %(min)s tot en met %(max)s.",
    "Field must be at least %(min)d character long.": "Gebruik ten minste %(min)d teken.",
    "Field must be at least %(min)d characters long.": "Gebruik ten minste %(min)d tekens.",
    "Field cannot be longer than %(max)d character.": "Gebruik hoogstens %(max)d teken.",
    "Field cannot be longer than %(max)d characters.": "Gebruik hoogstens %(max)d tekens.",
    "Field must be between %(min)d and %(max)d characters long.": "Gebruik %(min)d tot en met %(max)d tekens.",
}


CLEANED = {StringField: plain.one_line, EmailField: plain.one_line, TextAreaField: plain.lines}
"""How the text of a field is taken. A password is taken as it is typed, so that those of before still open."""


NOT_OFFERED = (COMPLAINTS["Not a valid choice."],)
"""What is said of a value that is none of the choices."""


class Dutch:
    """The complaints of WTForms in Dutch, in the form in which it asks for translations."""

    def gettext(self, string: str) -> str:
        return COMPLAINTS.get(string, COMPLAINTS["Invalid input."])

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)


class Form(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form of ours. Texts arrive with plain line ends and without null characters, which no database keeps."""

    def validate(self, extra_validators: Any = None) -> bool:
        """As WTForms does it. The audit log hears of a value that the form does not offer: it was not chosen in it."""
        good: bool = super().validate(extra_validators)
        if any(field.raw_data and set(NOT_OFFERED) & set(field.errors) for field in self):
            g.refused = "not_offered"
        return good

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # Flask-WTF has no types
        def get_translations(self, form: Any) -> Any:  # noqa: ARG002 (as WTForms calls it)
            return Dutch()

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            field = super().bind_field(form, unbound_field, options)
            if clean := CLEANED.get(type(field)):
                field.filters = (*field.filters, lambda text: clean(text) if isinstance(text, str) else text)
            return field

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            # Flask-WTF takes JSON for a form, and falls over what is no object: a form of ours is sent as one.
            if request.is_json:
                return None
            found = super().wrap_formdata(form, formdata)
            if found is None:
                return None
            return ImmutableMultiDict(MultiDict((name, _plain(value)) for name, value in found.items(multi=True)))


def _plain(value: Any) -> Any:
    return value.replace("\x00", "").replace("\r\n", "\n") if isinstance(value, str) else value


class NumberField(DecimalField):
    """A number as it is written in Dutch: 6,5. A point is understood too.

    A field of text, since a browser's own field of numbers does not show what has a comma.
    """

    widget = TextInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([value.strip().replace(",", ".") for value in valuelist])

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return f"{Decimal(str(self.data)).normalize():f}".replace(".", ",")


def choices(pairs: Iterable[tuple[object, str]]) -> list[SelectChoice]:
    """The choices of a field: (value, what the reader sees)."""
    return [SelectChoice(str(value), label) for value, label in pairs]


def offer(field: SelectField, names: dict[str, str]) -> None:
    """Let one of these be chosen; the only one is chosen already."""
    field.choices = choices(names.items())
    if len(names) == 1:
        (field.data,) = field.raw_data = [*names]
