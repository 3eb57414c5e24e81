"""From an error somebody goes back to the page of ours that led there, and to nothing of others."""

import re
import uuid

import pytest

HERE = "http://localhost"


def way_back(answer):
    found = re.search(r'href="([^"]*)"[^>]*>(?:<svg.*?</svg>)?Terug naar waar u was', answer.text)
    return found and found[1]


def test_a_refusal_leads_back_to_the_page_with_the_button(visit, people):
    officer = visit(people.officer)
    gone = f"/bureau/post/{uuid.uuid4()}/opnieuw"
    answer = officer.post(gone, headers={"Referer": f"{HERE}/bureau/post?staat=failed&page=2"})
    assert answer.status_code == 404
    assert way_back(answer) == "/bureau/post?staat=failed&amp;page=2"


@pytest.mark.parametrize(
    "came",
    ["", "https://elders.example/bureau", "http://[", "//elders.example", f"{HERE}//elders.example", "javascript:x"],
)
def test_nothing_of_others_is_led_to(visit, people, came):
    answer = visit(people.officer).get("/bestaat-niet", headers={"Referer": came})
    assert answer.status_code == 404
    assert way_back(answer) is None
    assert "Naar de beginpagina" in answer.text


def test_a_page_that_fails_does_not_lead_to_itself(visit, people):
    answer = visit(people.officer).get("/bestaat-niet", headers={"Referer": f"{HERE}/bestaat-niet"})
    assert way_back(answer) is None
