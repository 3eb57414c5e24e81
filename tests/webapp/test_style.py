"""The style page, in a real browser: every component reads, answers to the keyboard and keeps to the strict CSP."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import render_template_string
from flask_wtf import FlaskForm
from playwright.sync_api import expect
from wtforms import RadioField, StringField
from wtforms.validators import InputRequired

import webapp
from webapp import create_app

pytestmark = pytest.mark.one_database
PACKAGE = Path(webapp.__file__).parent


@pytest.fixture
def open_page(chromium, served):
    """A page on the style page; whatever the browser complains of, a breach of the CSP above all, fails the test."""
    contexts, complaints = [], []

    def open_one(width=1280, **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, locale="nl-NL", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{served}/stijl")
        page.wait_for_load_state("networkidle")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_and_nothing_sticks_out(open_page, scheme, width):
    page = open_page(width, color_scheme=scheme)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_axe_finds_nothing_in_an_open_dialog(open_page):
    page = open_page()
    page.get_by_role("button", name="Opname weggooien").click()
    expect(page.get_by_label("Wat is de reden?")).to_be_focused()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_question_mark_shows_the_keys_but_not_while_typing(open_page):
    page = open_page()
    page.get_by_label("Naam", exact=True).fill("")
    page.keyboard.type("Wat?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Sneltoetsen op deze pagina")).to_be_visible()


def test_without_script_dialogs_open_and_tabs_are_all_shown(open_page):
    page = open_page(java_script_enabled=False)
    page.get_by_role("button", name="Uitleg").click()
    expect(page.get_by_role("dialog", name="Hoe werkt de zitting?")).to_be_visible()
    for panel in ("#tab-part-1", "#tab-part-2", "#tab-result"):
        expect(page.locator(panel)).to_be_visible()


def test_arrow_keys_walk_the_tabs(open_page):
    page = open_page()
    page.get_by_role("tab", name="Deel 1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Deel 2")).to_be_focused()
    expect(page.get_by_role("tabpanel")).to_have_text("De zitting met tien situaties.")


def test_a_table_sorts_by_value_and_filters(open_page):
    page = open_page()
    names = page.locator("#tabel tbody th:visible")
    page.get_by_role("button", name="Sinds").click()
    expect(names).to_have_text(["Tomasz Nowak", "Yusuf Aydın", "Carla Mertens", "Mei-Lin Chen"])
    page.get_by_role("button", name="Sinds").click()
    expect(page.locator("#tabel th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("/")
    page.keyboard.type("noord carla")
    expect(names).to_have_text(["Carla Mertens"])
    page.get_by_label("Zoek een kandidaat").fill("niemand")
    expect(page.get_by_text("Niets gevonden.")).to_be_visible()


def test_a_toast_stays_until_it_is_undone(open_page):
    page = open_page()
    page.get_by_role("button", name="Laat een toast zien").click()
    toasts = page.locator("#toasts")
    toasts.get_by_role("button", name="Ongedaan maken").click()
    expect(toasts).to_contain_text("De kandidaat staat weer op de lijst.")
    expect(toasts.locator(".toast")).to_have_count(1)


def test_a_reason_is_asked_only_for_what_could_not_be_observed(open_page):
    page = open_page()
    group = page.get_by_role("group", name="Sensitiviteit", exact=True).first
    expect(group.get_by_label("Waarom is dit niet waarneembaar?")).to_be_hidden()
    group.get_by_role("radio", name="3").focus()
    page.keyboard.press("ArrowRight")
    expect(group.get_by_role("radio", name="4")).to_be_checked()
    group.get_by_role("radio", name="niet waarneembaar").check(force=True)
    expect(group.get_by_label("Waarom is dit niet waarneembaar?")).to_be_visible()


def test_words_are_counted_against_the_guide(open_page):
    page = open_page()
    area = page.get_by_label("Waarom wilt u dit examen doen?")
    area.fill("Eén collega's vraag, 2,5 jaar geleden")
    expect(page.locator("[data-words-for=demo-motivation]")).to_have_text("6 woorden, ongeveer 150 is genoeg")


class Enrolment(FlaskForm):
    name = StringField("Naam", [InputRequired("Vul een naam in.")], description="Zoals op het certificaat.")
    note = StringField("Opmerking")
    part = RadioField("Dagdeel", [InputRequired("Kies een dagdeel.")], choices=["Ochtend", "Middag"])


def test_a_field_says_what_is_wrong_to_whoever_cannot_see_it(installation):
    with create_app(installation).test_request_context(method="POST"):
        form = Enrolment(meta={"csrf": False})
        assert not form.validate()
        html = render_template_string(
            '{% import "macros/forms.html" as forms %}{{ forms.error_summary(form) }}'
            "{{ forms.field(form.name) }}{{ forms.field(form.note) }}{{ forms.field(form.part) }}",
            form=form,
        )
    control = re.search(r'<input[^>]*id="name"[^>]*>', html).group()
    assert 'aria-describedby="name-hint name-error"' in control
    assert 'aria-invalid="true"' in control
    assert '<a href="#name">Naam: Vul een naam in.</a>' in html
    assert "Opmerking <span" in html
    assert "(mag leeg blijven)" in html
    assert re.search(r'<fieldset[^>]*aria-describedby="part-error"[^>]*id="part"', html)


def test_every_icon_that_a_template_names_is_drawn_and_shown(installation):
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (PACKAGE / "static/img/icons.svg").read_text()))
    shown = set(re.findall(r"icons\.svg#([a-z-]+)", create_app(installation).test_client().get("/stijl").text))
    assert shown == drawn
    for template in (PACKAGE / "templates").rglob("*.html"):
        named = set(re.findall(r'\bicon\("([a-z-]+)"', template.read_text()))
        assert named <= drawn, template


def test_no_template_has_style_or_script_of_its_own():
    """A mail is no page: it has no policy of ours, and what it does not bring along it does not have."""
    for template in set((PACKAGE / "templates").rglob("*.html")) - {PACKAGE / "templates" / "mail" / "layout.html"}:
        own = r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)(?! type=.application/json)"
        assert not re.search(own, template.read_text()), template


@pytest.mark.parametrize("page", ["", "x", "0", "12", "-1", "9" * 5000])
def test_it_takes_any_page_for_a_page(visit, page):
    assert visit(None).client.get("/stijl", query_string={"page": page}).status_code == 200
