"""Every answer has a number of its own, which the jobs that it ordered have too."""

import re

from sqlalchemy import select

from storage.base import logs
from storage.base.jobs import Job


def test_the_jobs_of_a_page_have_its_number(app, session, people, visit):
    session.commit()
    app.before_request(session.commit)
    manager = visit(people.manager)
    first = manager.post("/klachten", {"subject": "service", "text": "Niemand nam op."})
    second = manager.get("/klachten", headers={"X-Request-Id": "van mij"})
    numbers = [one.headers["X-Request-Id"] for one in (first, second)]
    assert all(re.fullmatch(r"[0-9a-f]{32}", one) for one in numbers) and len(set(numbers)) == 2
    session.expire_all()
    (job,) = session.scalars(select(Job)).all()
    assert job.request == numbers[0]


def test_what_comes_after_a_page_is_about_no_request(visit):
    assert visit().get("/inloggen").headers["X-Request-Id"]
    assert logs.request_number() is None
