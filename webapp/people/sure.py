"""Before somebody who exists gets a role or another address: who that is, and whether it is meant."""

from flask import render_template
from wtforms import HiddenField

from storage.people.people import Person
from webapp.context import g
from webapp.forms import Form


class SureForm(Form):
    """A form that comes back once, with the same answers, from the page that shows who it is about."""

    sure = HiddenField()

    def is_sure(self, person: Person) -> bool:
        """True when this very person was shown, and it was meant."""
        return self.sure.data == str(person.id)


def sure_page(form: SureForm, person: Person, question: str, sure: str | None = None) -> str:
    """Who this is, with the same answers to send again; `sure` is what is confirmed, if it is not the person."""
    form.sure.data = sure or str(person.id)
    held = [one for one in person.memberships if one.holds(g.now)]
    return render_template("people/sure.html", form=form, found=person, held=held, question=question)
