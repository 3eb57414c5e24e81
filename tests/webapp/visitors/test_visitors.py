"""Pages without a log-in: the same for all, kept by caches, found by search engines, and without anything secret."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from support import cast, items_to_see
from support.visitors import text_of

from storage.fees.prices import Price, set_price
from storage.schemes import newest_versions

PAGES = ("/examens", "/examendata", "/tarieven", "/bezwaar-en-klacht")
FILES = ("/robots.txt", "/sitemap.xml")


@pytest.fixture
def world(session, people):
    """An exam with situations, a question of a test, a practical test with a date, and one date that is full."""
    now = datetime.now(UTC)
    pack = cast.pack(session, now)
    items_to_see.picture_item(session, people.officer, now)
    morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
    cast.practical_date(session, people, morning + timedelta(days=25), 4)
    session.commit()
    return pack


def exam_pages(session):
    return [f"/examens/{one.key}" for one in newest_versions(session)]


def test_a_page_sets_no_cookie_and_does_not_depend_on_one(session, world, visit, people):
    stranger, officer = visit(), visit(people.officer)
    for address in (*PAGES, *FILES, *exam_pages(session)):
        told, known = stranger.get(address), officer.get(address)
        assert told.status_code == known.status_code == 200, address
        assert told.data == known.data, f"{address} says who asks"
        for answer in (told, known):
            assert "Set-Cookie" not in answer.headers, address
            assert "Cookie" not in answer.headers.get("Vary", ""), address
            assert answer.cache_control.public and answer.cache_control.max_age > 0, address
            assert not answer.cache_control.no_store


def test_who_has_it_already_gets_no_second_copy(session, world, app):
    for address in (*PAGES, *FILES, *exam_pages(session)):
        first = app.test_client().get(address)
        again = app.test_client().get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), address
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.cache_control.public and "Set-Cookie" not in again.headers
        other = app.test_client().get(address, headers={"If-None-Match": '"another"'})
        assert other.status_code == 200, address
        assert app.test_client().head(address).headers["ETag"] == first.headers["ETag"]


def test_many_requests_ask_the_database_once(world, visit, count_queries):
    stranger = visit()
    assert count_queries(stranger, "/tarieven") > 0
    assert count_queries(stranger, "/tarieven") == 0


def test_a_new_price_is_seen_after_a_minute_with_another_etag(session, people, world, app, monkeypatch):
    from webapp.visitors import kept

    before = app.test_client().get("/tarieven")
    assert "37,50" not in before.text
    dated = next(one for one in newest_versions(session) if one.content.checklist)
    day = datetime.now(UTC).date()
    set_price(session, dated.key, Price.MEMBER, 3750, day, people.officer, day, datetime.now(UTC))
    session.commit()
    assert app.test_client().get("/tarieven").data == before.data
    monkeypatch.setattr(kept, "FRESH", timedelta(0))
    after = app.test_client().get("/tarieven")
    assert "37,50" in after.text and after.headers["ETag"] != before.headers["ETag"]
    assert app.test_client().get("/tarieven", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200


def test_a_search_engine_finds_these_pages_and_no_others(session, world, visit, installation):
    stranger = visit()
    for address in (*PAGES, *exam_pages(session)):
        html = stranger.get(address).text
        assert '<html lang="nl">' in html and "noindex" not in html
        assert f'<link rel="canonical" href="{installation.origin}{address}">' in html
        assert re.search(r"<title>[^<]{3,} · Vignet</title>", html)
        (description,) = re.findall(r'<meta name="description" content="([^"]+)">', html)
        assert 40 <= len(description) <= 320, description
        assert "csrf" not in html
    assert "noindex" in stranger.get("/inloggen").text
    found = ElementTree.fromstring(stranger.get("/sitemap.xml").data)
    listed = {one.text for one in found.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")}
    assert listed == {installation.origin + one for one in (*PAGES, *exam_pages(session))}
    robots = stranger.get("/robots.txt")
    assert robots.mimetype == "text/plain"
    assert "Disallow: /\n" in robots.text and f"Sitemap: {installation.origin}/sitemap.xml" in robots.text
    allowed = re.findall(r"Allow: (\S+)\n", robots.text.replace("Disallow", "No"))
    assert not any("/examen".startswith(one) or "/bureau".startswith(one) for one in allowed)


def test_nothing_of_a_situation_or_a_question_is_told(session, world, visit):
    stranger = visit()
    told = " ".join(stranger.get(one).text for one in (*PAGES, *exam_pages(session)))
    secrets = [text for one in world.content.scenarios for text in (one.title, one.key)]
    assert secrets
    for secret in secrets:
        assert secret not in told


def test_dates_say_what_is_full_and_what_is_not_offered_is_not_there(session, people, world, visit):
    now = datetime.now(UTC)
    morning = now.replace(hour=8, minute=0, second=0, microsecond=0)
    gone = cast.practical_date(session, people, morning + timedelta(days=26), 1)
    gone.withdrawn_at = now
    session.commit()
    words = text_of(visit().get("/examendata").text)
    assert "nog plaats" in words and words.count("nog plaats") == 1


def test_an_exam_that_is_not_there_and_an_empty_installation(visit, people):
    stranger = visit()
    assert stranger.get("/examens/bestaat-niet").status_code == 404
    assert stranger.get("/examens/" + "x" * 3000).status_code == 404
    for address in PAGES:
        answer = stranger.get(address)
        assert answer.status_code == 200 and "Inloggen" in answer.text
