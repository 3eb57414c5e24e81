"""Every page in a real browser: axe, width, CSP, print. With `--screenshot on` each leaves a picture of itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from support import cast, rights, services
from support.visitors import Visitor

from storage.admission.enrolments import Entry, keep_roster
from storage.dossier.dossiers import Dossier, DossierState
from storage.judging import start_rounds
from storage.people.second_factor import begin_second_factor

pytestmark = pytest.mark.one_database

MISSING, AFTER_THE_PASSWORD = "/bestaat-niet", "/inloggen/code"
ELSEWHERE = {
    "allocating.swap": "test_allocating",
    "desk.rating": "test_desk_screens",
    "exam.home": "test_exam_page",
    "planning.identity": "test_road_to_the_exam",
    "sharing.for_manager": "test_sharing",
    "sharing.for_organisation": "test_sharing",
    "style.index": "test_style",
}
"""Pages that need more than an address, and the module whose test looks at them."""
NO_PAGES = {"exam.key", "exam.step", "health.health", "planning.calendar", "results.letter", "static"}
NO_PAGES |= {"enrolling.faults", "enrolling.example", "media.recording", "media.clip", "media.captions"}
NO_PAGES |= {"role_document.own", "role_document.for_officer"}
NO_PAGES |= {"assessment_sheets.document", "own_assessment.document"}
NO_PAGES |= {
    "retention.run_certificate",
    "retention.person_certificate",
    "retention.own_certificate",
    "own_data.everything",
    "sending.ask",
}
NO_PAGES |= {"bank.export", "bank.medium", "taking.medium", "taking.configure", "taking.finished"}
NO_PAGES |= {"institution.logo", "institution.colour"}
NO_PAGES |= {"certificate_check.did_document", "certificate_check.status_list", "certified.export", "paper.example"}
NO_PAGES |= {"media.proof", "metrics.tell", "visitors.robots", "visitors.sitemap", "visitors.calendar", "feeds.read"}
NO_PAGES |= {"minutes.file", "simulations.export", "judging_figures.export"}
NO_PAGES |= {f"own_certificates.{file}" for file in ("badge", "copy_file", "file", "supplement")}
NO_PAGES |= {f"register.{file}" for file in ("copy_file", "export", "file")}
NO_PAGES |= {f"invoices.{file}" for file in ("electronic", "export", "file", "income_file")}
NO_PAGES |= {"books.file", "year_figures.export", "year_figures.file"}
NO_PAGES |= {f"costs.{file}" for file in ("electronic", "export", "file")} | {"own_invoices.file"}
NO_PAGES |= {"audits.file", "audit_findings.file", "own_audits.file", "own_audits.report_file"}
NO_PAGES |= {"audit_packs.file"}
"""What is fetched and not looked at."""


@pytest.fixture
def world(session, people):
    made = rights.world(session, people, datetime.now(UTC))
    begin_second_factor(session, people.officer, datetime.now(UTC))
    made.things["colleague"].password_hash, made.things["colleague"].bounced_at = None, datetime.now(UTC)
    entry = Entry("Nina Nieuw", "nina@voorbeeld.example", "Lena Leider", "lena@voorbeeld.example", "4010")
    known = Entry(people.candidate.name, people.candidate.email, "Lena Leider", "lena@voorbeeld.example")
    fault = {"line": 3, "column": "kandidaat_email", "wrong": "is leeg", "needed": "een e-mailadres", "cells": []}
    table = {"header": ["Roepnaam", "Mail", ""], "rows": [[2, ["Nina", "nina@voorbeeld.example", ""]]]}
    home = people.organisation, made.things["roster"].exam, [], [], people.beheerder, datetime.now(UTC)
    made.things["unmatched"] = keep_roster(session, *home, table)
    made.things["roster"].entries, made.things["roster"].faults = [entry.to_json(), known.to_json()], [fault]
    made.things["recording"].figures = {"width": 1280, "height": 720, "seconds": 40.0, "how": "copied"}
    hour = datetime.now(UTC) - timedelta(hours=1)
    made.things["stuck"] = cast.record(session, made.things["going_on"].answers[0], hour, stored=False)
    made.things["stuck"].receive(hour)
    made.things["theory_test_over"] = made.elsewhere["theory_test"]
    made.things["theory_test_over"].starts_at = hour
    # A start round in which nobody signed yet, so that somebody may be replaced.
    answer, panel = made.things["to_choose"].sitting.answers[6], people.assessors
    made.things["begun_round"] = start_rounds.choose(session, answer, panel, people.officer, datetime.now(UTC))
    session.commit()
    return made


def pages(world):
    """(who, address) of every page; `own_case` is still being written, the exam of `dossier` is done."""
    done, writing, recording = (world.things[name].id for name in ("dossier", "own_case", "recording"))
    return [
        ("", "/inloggen"),
        *(("", one) for one in ("/examens", "/examendata", "/tarieven", "/bezwaar-en-klacht")),
        ("", f"/examens/{world.things['dossier'].scheme.key}"),
        ("officer", "/audits?toon=alles"),
        ("auditor", "/audits"),
        ("officer", f"/audits/organisaties/{world.things['audit'].organisation_id}"),
        ("officer", f"/audits/{world.things['audit'].id}"),
        ("auditor", f"/audits/{world.things['audit'].id}"),
        ("officer", f"/audits/{world.things['audit_reported'].id}"),
        ("auditor", "/audits/bevindingen?toon=open"),
        ("auditor", f"/audits/bevindingen/{world.things['audit_finding'].id}"),
        ("auditor", "/audits/steekproeven"),
        ("auditor", f"/audits/steekproeven/{world.things['audit_sample'].id}?opnieuw=ja"),
        ("auditor", "/audits/examens?zoek=K-NIEMAND"),
        ("auditor", f"/audits/examens/{done}"),
        ("auditor", "/audits/pakketten"),
        ("auditor", f"/audits/pakketten/{world.things['audit_pack'].id}"),
        ("auditor", f"/audits/pakketten/organisaties/{world.things['audit'].organisation_id}"),
        ("auditor", f"/audits/pakketten/steekproeven/{world.things['audit_sample'].id}"),
        ("beheerder", "/organisatie/audits"),
        ("beheerder", f"/organisatie/audits/bevindingen/{world.things['audit_finding'].id}"),
        ("officer", "/normvideos"),
        ("committee_member", "/normvideos"),
        ("officer", f"/normvideos/kiezen/{world.things['scheme'].key}"),
        ("officer", f"/normvideos/antwoord/{world.things['to_choose'].id}"),
        ("committee_member", f"/normvideos/{world.things['benchmark'].id}"),
        ("officer", f"/normvideos/{world.things['benchmark'].id}"),
        ("officer", f"/normvideos/{world.things['begun_round'].id}"),
        ("assessor_1", "/kalibratie"),
        ("assessor_1", f"/kalibratie/nakijken/{world.things['practised'].id}"),
        ("officer", "/bureau/tarieven"),
        ("officer", "/bureau/facturen"),
        ("officer", "/bureau/facturen/te-maken"),
        ("officer", f"/bureau/facturen/{world.things['invoice'].id}"),
        ("officer", f"/bureau/facturen/kosten/{world.things['fee_order'].id}"),
        ("officer", "/bureau/facturen/inkomsten"),
        ("officer", "/bureau/facturen/boekhouding"),
        ("auditor", "/cijfers"),
        ("officer", f"/bureau/facturen/{world.things['own_invoice'].id}"),
        ("officer", f"/bureau/facturen/lid/{world.things['organisation'].id}"),
        ("beheerder", "/agenda"),
        ("assessor_1", "/agenda"),
        ("beheerder", "/organisatie/kosten"),
        ("beheerder", "/organisatie/kosten/facturen"),
        ("beheerder", f"/organisatie/kosten/gegevens/{world.things['organisation'].id}"),
        ("auditor", "/bewaren"),
        ("committee_member", f"/bewaren/{writing}"),
        ("officer", "/bewaren/nachten"),
        ("officer", f"/bewaren/nachten/{world.things['run'].id}"),
        ("", AFTER_THE_PASSWORD),
        ("", "/wachtwoord-vergeten"),
        ("", f"/welkom/{world.things['link'].token}"),
        ("", "/welkom/weg"),
        ("manager", "/account"),
        ("second_officer", "/account"),
        ("candidate", "/account/gegevens"),
        ("manager", "/account/gegevens"),
        ("candidate", "/account/gegevens/verwijderen"),
        ("assessor_1", "/account/gegevens/verwijderen"),
        ("outsider_candidate", "/account/gegevens/verwijderen"),
        ("officer", "/bureau/verwijderen"),
        ("officer", f"/bureau/verwijderen/{world.things['erasure_request'].id}"),
        ("committee_member", f"/opnames/{recording}"),
        ("manager", "/account/wachtwoord"),
        ("manager", "/account/bevestigen"),
        ("manager", "/account/tweede-stap"),
        ("officer", "/account/tweede-stap"),
        ("beheerder", "/organisatie/mensen"),
        ("beheerder", f"/organisatie/mensen/{world.things['colleague'].id}"),
        ("beheerder", "/organisatie/aanmelden"),
        ("beheerder", "/organisatie/aanmelden/lijst"),
        ("beheerder", f"/organisatie/aanmelden/lijst/{world.things['roster'].id}"),
        ("beheerder", f"/organisatie/aanmelden/lijst/{world.things['unmatched'].id}/kolommen"),
        ("officer", "/bureau/organisaties"),
        ("officer", "/bureau/organisaties/nieuw"),
        ("officer", f"/bureau/organisaties/{world.things['organisation'].id}"),
        ("officer", "/bureau/mensen"),
        ("officer", "/bureau/mensen/nieuw"),
        ("officer", "/bureau/mensen/wijzigingen"),
        ("second_officer", "/bureau/mensen/wijzigingen"),
        ("officer", f"/bureau/mensen/{world.things['colleague'].id}"),
        ("officer", f"/bureau/mensen/{world.people['assessor_1'].id}/werkgevers"),
        ("officer", "/bureau/instelling"),
        ("officer", "/bureau/zoeken?zoek=een"),
        ("officer", "/bureau/examiners"),
        ("officer", f"/bureau/examiners/{world.things['examiner'].id}"),
        ("beheerder", "/organisatie/examiners"),
        ("officer", MISSING),
        ("manager", "/kandidaten"),
        ("outsider_manager", "/kandidaten"),
        ("manager", f"/kandidaten/{done}"),
        ("manager", f"/kandidaten/{done}/versies"),
        ("officer_in_own_case", "/kandidaten/samen"),
        ("officer_in_own_case", "/"),
        ("officer_in_own_case", f"/kandidaten/{writing}"),
        ("officer_in_own_case", f"/kandidaten/{writing}/overdragen"),
        ("outsider_candidate", f"/dossier/{writing}"),
        ("candidate", f"/dossier/{done}"),
        ("candidate", f"/dossier/{done}/afdruk"),
        ("candidate", f"/dossier/{done}/versies"),
        ("candidate", f"/versies/{world.things['revision'].id}"),
        ("candidate", "/dossier/voorbeeld"),
        ("outsider_candidate", f"/dossier/{writing}/voorziening"),
        ("beheerder", "/organisatie/identiteit"),
        ("beheerder", "/organisatie/examendata"),
        ("beheerder", "/organisatie/locaties"),
        ("beheerder", "/organisatie/locaties/nieuw"),
        ("beheerder", f"/organisatie/locaties/{world.things['location'].id}"),
        ("beheerder", f"/organisatie/locaties/{world.things['location'].id}/meten"),
        ("officer", "/bureau/locaties"),
        ("officer", f"/bureau/locaties/{world.things['location'].id}"),
        ("beheerder", "/organisatie/online-toets"),
        ("beheerder", "/organisatie/online-toets/nieuw"),
        ("officer", "/bureau/online-toetsen?toon=komend"),
        ("officer", f"/bureau/online-toetsen/{world.things['theory_test'].id}"),
        ("officer", f"/bureau/online-toetsen/{world.things['theory_test_over'].id}"),
        ("officer", "/bureau/examendata"),
        ("officer", "/bureau/examendata/nieuw"),
        ("officer", f"/bureau/examendata/{world.things['exam_date'].id}"),
        ("officer", f"/bureau/examendata/aanvragen/{world.things['booking'].id}"),
        ("beheerder", "/organisatie/praktijktoetsen"),
        ("beheerder", "/organisatie/praktijktoetsen/aanvragen/praktijktoets_a"),
        ("beheerder", f"/organisatie/praktijktoetsen/{world.things['given'].id}"),
        ("officer", "/bureau/praktijktoetsen"),
        ("officer", f"/bureau/praktijktoetsen/{world.things['practical'].id}"),
        ("officer", f"/bureau/praktijktoetsen/{world.things['given'].id}"),
        ("officer", f"/bureau/examendata/{world.things['practical_date'].id}"),
        ("assessor_1", "/beoordelen/praktijktoetsen"),
        ("assessor_1", f"/beoordelen/praktijktoetsen/{world.things['given'].id}"),
        ("assessor_1", f"/beoordelen/praktijktoetsen/{world.things['given'].id}/checklist"),
        ("beheerder", "/organisatie/assessments"),
        ("beheerder", "/organisatie/assessments/aanvragen/ervaringsbewijs_callcenter"),
        ("beheerder", f"/organisatie/assessments/{world.things['assessment'].id}"),
        ("officer", "/assessments"),
        ("officer", "/assessments?toon=alles"),
        ("officer", f"/assessments/{world.things['assessment_asked'].id}"),
        ("officer", f"/assessments/{world.things['assessment_disputed'].id}"),
        ("committee_member", f"/assessments/{world.things['assessment_judged'].id}"),
        ("assessor_1", "/beoordelen/assessments"),
        ("assessor_1", f"/beoordelen/assessments/{world.things['assessment_sheet'].id}"),
        ("assessor_1", f"/beoordelen/assessments/{world.things['assessment_disputed'].sheets[0].id}"),
        ("assessor_1", f"/beoordelen/assessments/{world.things['assessment_marks'].sheets[0].id}"),
        ("candidate", f"/examen/assessments/{world.things['assessment'].id}"),
        ("second_candidate", f"/examen/assessments/{world.things['assessment_known'].id}"),
        ("officer", "/bureau/praktijktoetsen?toon=uitslag"),
        ("officer", f"/bureau/praktijktoetsen/uitslagen/{world.things['practical_result'].id}"),
        ("second_officer", f"/bureau/praktijktoetsen/uitslagen/{world.things['known_result'].id}"),
        ("second_candidate", f"/examen/praktijktoets/{world.things['known_result'].id}"),
        ("manager", "/account/adres"),
        ("manager", "/account/adres/weg"),
        ("officer", "/bureau"),
        ("officer", "/bureau/dossiers"),
        ("officer", "/bureau/dossiers?staat=withdrawn"),
        ("officer", f"/bureau/dossiers/{done}"),
        ("officer", f"/bureau/dossiers/{writing}"),
        ("officer", "/bureau/taken"),
        ("officer", "/bureau/vandaag"),
        ("officer", "/bureau/post"),
        ("officer", f"/bureau/post/{world.things['mail'].id}"),
        ("assessor_1", "/beoordelen/gedaan"),
        ("officer", f"/bureau/opnames/{recording}"),
        ("assessor_1", f"/beoordelen/fase-2/{world.things['rating'].id}"),
        ("officer", "/uitslagen"),
        ("officer", f"/uitslagen/{world.things['verdict'].id}"),
        ("officer", f"/uitslagen/zittingen/{world.things['to_assign'].id}"),
        ("candidate", "/uitslag"),
        ("outsider_candidate", f"/bezwaar/{world.things['objected'].id}"),
        ("officer", "/bureau/verdelen"),
        ("officer", f"/bureau/verdelen/{world.things['allocation'].id}"),
        ("officer", "/bureau/assessoren"),
        ("officer", f"/bureau/assessoren/{world.people['assessor_1'].id}"),
        ("officer", f"/bureau/banden/{world.things['dossier'].organisation_id}"),
        ("assessor_1", "/beoordelen/afwezig"),
        ("officer", "/bezwaren"),
        ("officer", f"/bezwaren/{world.things['objection'].id}"),
        ("assessor_3", f"/bezwaren/{world.things['objection'].id}"),
        ("officer", f"/bezwaren/{world.things['objection'].id}/stukken"),
        ("outsider_candidate", f"/bezwaar/{world.things['objected'].id}/stukken/{world.things['objection'].id}"),
        ("beheerder", "/vragen-aan-ksf"),
        ("manager", f"/vragen-aan-ksf/dossier/{done}"),
        ("beheerder", f"/vragen-aan-ksf/praktijktoets/{world.things['given'].id}"),
        ("manager", f"/vragen-aan-ksf/{world.things['inquiry'].id}"),
        ("officer", "/bureau/vragen-van-organisaties"),
        ("officer", f"/bureau/vragen-van-organisaties/{world.things['inquiry'].id}"),
        ("officer", "/bureau/mailteksten"),
        ("officer", "/bureau/mailteksten/nominated"),
        ("manager", "/klachten"),
        ("officer", "/klachten/bureau"),
        ("officer", f"/klachten/bureau/{world.things['complaint'].id}"),
        ("", "/certificaat-controleren"),
        ("", f"/gedeeld/{world.things['certificate'].share}"),
        ("candidate", "/certificaat"),
        ("beheerder", "/organisatie/certificaten"),
        ("officer", "/register"),
        ("auditor", "/register"),
        ("officer", f"/register/{world.things['certificate'].id}"),
        ("second_officer", "/register/wijzigingen"),
        ("officer", "/register/afgeven"),
        ("officer", "/register/papier"),
        ("officer", f"/register/papier/{world.things['paper_list'].id}"),
        ("officer", "/bureau/opnameservers"),
        ("officer", "/bureau/stand"),
        ("officer", "/bureau/situaties"),
        ("officer", "/bureau/vragen"),
        ("second_candidate", "/online-toets"),
        ("candidate", "/online-toets"),
        ("beheerder", "/organisatie/online-toets/vandaag"),
        ("officer", f"/bureau/online-toetsen/{world.things['theory_sat'].id}"),
        ("second_officer", "/bureau/vragen?stand=draft"),
        ("officer", "/bureau/vragen/toetsmatrijs"),
        ("officer", "/bureau/vragen/cijfers"),
        ("officer", "/bureau/vragen/nieuw"),
        ("officer", f"/bureau/vragen/{world.things['item'].id}/vervallen"),
        ("officer", "/bureau/panels"),
        ("officer", f"/bureau/panels/{world.things['panel'].id}"),
        ("second_officer", f"/bureau/vragen/{world.things['item'].id}"),
        ("officer", "/bureau/situaties/branchecertificaat_b/missed_callback"),
        ("officer", f"/bureau/zittingen/{world.things['going_on'].id}/noodbestand"),
        ("assessor_1", "/beoordelen"),
        ("assessor_1", "/beoordelen/pauze"),
        ("officer", "/bureau/opnames"),
        ("officer", f"/bureau/opnames/{world.things['stuck'].id}"),
        ("beheerder", "/organisatie"),
        ("auditor", "/controle"),
        ("auditor", "/controle/logboek"),
        ("committee_member", "/examencommissie"),
        ("committee_member", "/onregelmatigheden"),
        ("officer", "/onregelmatigheden/nieuw"),
        ("officer", f"/onregelmatigheden/{world.things['case'].id}"),
        ("committee_member", f"/onregelmatigheden/{world.things['case'].id}"),
        ("candidate", f"/mijn-zaak/{world.things['case'].id}"),
        ("committee_member", "/besluitenlijsten"),
        ("committee_member", "/simulaties"),
        ("committee_member", "/proefregel"),
        ("officer", "/oordelen"),
        ("committee_member", f"/oordelen/{world.things['scheme'].key}"),
        ("assessor_1", "/oordelen/eigen"),
        ("committee_member", f"/simulaties/{world.things['simulation'].id}"),
        ("auditor", f"/besluitenlijsten/{world.things['minutes'].id}"),
        ("committee_member", "/inhoud"),
        ("officer", "/inhoud"),
        ("committee_member", "/inhoud/scheme/branchecertificaat_b/branchecertificaat_b"),
        ("committee_member", "/inhoud/scenario/branchecertificaat_b/missed_callback"),
        ("candidate", "/reglement"),
        ("auditor", "/reglement/branchecertificaat_b"),
        ("candidate", "/reglement/branchecertificaat_b"),
    ]


def test_no_page_is_forgotten(app, world):
    addresses = app.url_map.bind("localhost")
    seen = {addresses.match(path.partition("?")[0])[0] for _, path in pages(world) if path != MISSING}
    every = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert every - seen - NO_PAGES == set(ELSEWHERE)
    for module in ELSEWHERE.values():
        assert list(Path(__file__).parents[1].rglob(f"{module}.py"))


LOOKS = ((1280, "light"), (390, "dark"))
"""How each page is looked at: the width of the window and the scheme of colours. No script asks for them at loading."""


@pytest.mark.timeout(1500)  # one test of all pages: five minutes on a quiet machine, twice that on a busy one
def test_axe_finds_nothing_and_nothing_sticks_out(session, app, chromium, served, world, pytestconfig, tmp_path):
    wrong, visitors, windows, here = [], {}, {}, ""
    pictures = pytestconfig.getoption("--screenshot") == "on"
    name = app.config["SESSION_COOKIE_NAME"]
    asked = set()

    def complain(text):
        if "404" not in text and "410" not in text:
            wrong.append((here, text))

    def open_window():
        page = chromium.new_context(locale="nl-NL", reduced_motion="reduce").new_page()
        page.on("request", lambda one: asked.add(one))
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda one: asked.discard(one))
        page.on("console", lambda said: complain(said.text))
        page.on("pageerror", lambda error: complain(str(error)))
        return page

    for who, path in pages(world):
        # Who writes sees the form; the office sees the file handed in.
        state = DossierState.SUBMITTED if path.startswith("/bureau") else DossierState.WRITING
        session.get(Dossier, world.things["own_case"].id).state = state
        session.commit()
        if who not in visitors:
            visitors[who] = Visitor(app, world.people[who] if who else None)
            windows[who] = open_window()
        if path == AFTER_THE_PASSWORD:
            visitors[who].log_in(world.people["second_officer"].email)
        page, here = windows[who], path
        page.context.add_cookies([{"name": name, "value": visitors[who].client.get_cookie(name).value, "url": served}])
        asked.clear()
        for width, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(media="screen", color_scheme=scheme)
            if (width, scheme) == LOOKS[0]:
                page.goto(served + path)
                page.evaluate(AXE)
            still(page, asked)
            if pictures:
                page.screenshot(path=tmp_path / f"{len(list(tmp_path.iterdir())):03}.png", full_page=True)
            wrong += [(path, width, *one) for one in page.evaluate(FOUND)]
            if page.evaluate("document.documentElement.scrollWidth") != width:
                wrong.append((path, width, "sticks out"))
            page.emulate_media(media="print")
            if page.locator("header.site-header").is_visible() and page.locator("nav.site-nav").is_visible():
                wrong.append((path, width, "prints the menu"))
    for window in windows.values():
        window.context.close()
    assert wrong == []


AXE = Axe().axe_script
FOUND = """axe.run({resultTypes: ["violations"]}).then(({violations}) =>
    violations.map((one) => [one.id, one.nodes.map((node) => node.html).slice(0, 3)]))"""


def still(page, asked: set) -> None:
    """Wait until the page has all that it asked for and shows it: sooner than half a second of silence on the line."""
    two_pictures = "new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(() => shown(true))))"
    services.wait_until(lambda: page.evaluate(two_pictures) and not asked, f"an answer to {asked}")
