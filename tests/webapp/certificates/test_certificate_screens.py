"""The pages in a real browser: what the QR code opens, and that all of them are accessible in both themes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from support import cast
from support.certified import certified

from storage.certificates.certificates import CertificateState
from storage.certificates.changes import ask


@pytest.mark.one_database
def test_the_code_fills_in_the_number_and_every_page_is_accessible(app, session, people, served, chromium):
    certificate = certified(session, people)
    certificate.share = "een-link-van-de-houder"
    ask(session, certificate, CertificateState.SUSPENDED, "Twijfel.", people.second_officer, cast.NOW)
    session.commit()
    pages = (
        (people.candidate, "/certificaat"),
        (people.officer, "/register"),
        (people.officer, f"/register/{certificate.id}"),
        (people.officer, "/register/afgeven"),
        (people.beheerder, "/organisatie/certificaten"),
        (None, "/gedeeld/een-link-van-de-houder"),
        (None, f"/certificaat-controleren#{certificate.number}"),
    )
    for width, scheme in ((1280, "light"), (390, "dark")):
        for person, path in pages:
            with chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:
                if person is not None:
                    context.add_cookies([cookie_of(app, person, served)])
                page = context.new_page()
                page.goto(f"{served}{path}")
                found = Axe().run(page)
                assert found.violations_count == 0, f"{path}: {found.generate_report()}"
                assert page.evaluate("document.documentElement.scrollWidth") <= width, path
                if person is None and "#" in path:
                    assert page.input_value("#number") == certificate.number
                    page.fill("#last_name", "Een")
                    page.get_by_role("button", name="Controleren").click()
                    page.get_by_text("Dit certificaat is geldig").wait_for()
                    assert certificate.number not in page.url


def cookie_of(app, person, served) -> dict:
    """The cookie of a browser in which this person is logged in."""
    client = app.test_client()
    with client.session_transaction() as kept:
        kept.update({"_user_id": cast.browser(person), "_fresh": True})
    name = app.config["SESSION_COOKIE_NAME"]
    return {"name": name, "value": client.get_cookie(name).value, "url": served}
