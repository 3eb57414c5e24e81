"""A form of ours is sent as a form: JSON of whatever shape is none, and never an error of ours."""

import pytest

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize("body", ["null", "[]", "[1]", '"x"', "7", "{}", '{"email": ["x"]}', '[["email", "x"]]', "{"])
@pytest.mark.parametrize("where", ["/inloggen", "/wachtwoord-vergeten", "/account/bevestigen"])
def test_json_is_no_form(people, visit, body, where):
    visitor = visit(people.manager if where.startswith("/account") else None)
    headers = {"X-CSRFToken": visitor.token}
    answer = visitor.client.post(where, data=body, content_type="application/json", headers=headers)
    assert answer.status_code == 422
    assert "Vul uw" in answer.text
