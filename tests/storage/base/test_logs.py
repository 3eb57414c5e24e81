"""Logs: one line of JSON each, and one number from the page that ordered a job to the worker that does it."""

import io
import json
import logging
import threading
import uuid
from datetime import UTC, datetime

import pytest
from support import cast

from storage.base import logs
from storage.base.database import new_session
from storage.base.jobs import Job, JobState, Queue, enqueue, perform

NOW = cast.NOW


@pytest.fixture
def written():
    """What is logged, in JSON."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonLine())
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().removesuffix("\n").split("\n")]
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_is_one_line_whatever_is_in_it(written):
    log = logging.getLogger("one.two")
    try:
        raise ValueError("twee\nregels")
    except ValueError:
        log.exception("het ging\nmis met %s", "ë\u2028\x00")
    with logs.working_for("n" * 32):
        log.warning("binnen")
    log.warning("buiten")
    first, inside, outside = written()
    assert (first["level"], first["logger"], first["message"]) == ("error", "one.two", "het ging\nmis met ë\u2028\x00")
    assert first["traceback"].endswith("ValueError: twee\nregels") and "request" not in first
    assert datetime.fromisoformat(first["at"]).tzinfo == UTC
    assert (inside["request"], "request" in outside) == ("n" * 32, False)


def test_a_line_of_text_has_the_beginning_of_the_number():
    record = logging.LogRecord("one", logging.WARNING, "", 0, "mis\nen verder", (), None)
    with logs.working_for("abcdefghijkl"):
        first, second = logs.TextLine().format(record).split("\n")
    assert first.endswith("WARNING one mis [abcdefgh]") and second == "en verder"


def test_each_thread_works_for_its_own_request():
    seen = {}

    def work(name):
        seen[name] = logs.begin_request(), logs.request_number()

    threads = [threading.Thread(target=work, args=(name,)) for name in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(given == found for given, found in seen.values())
    assert len(set(seen.values())) == 5 and logs.request_number() is None


@pytest.mark.both_databases
def test_a_job_is_done_under_the_number_of_the_page_that_ordered_it(session, written):
    subject, found = uuid.uuid4(), []
    with logs.working_for(number := uuid.uuid4().hex):
        job = enqueue(session, Queue.OFFICE, "some_work", subject, NOW)
        session.commit()
    with logs.working_for(uuid.uuid4().hex):
        # Who asks for the same while it waits, asks for nothing new.
        enqueue(session, Queue.OFFICE, "some_work", subject, NOW)
        session.commit()

    def work(claimed):
        logging.getLogger("work").warning("bezig")
        found.append(logs.request_number())

    perform(job.id, work)
    assert found == [number] and logs.request_number() is None
    began, working = (one for one in written() if one["logger"] == "work" or "begins" in one["message"])
    assert began["request"] == working["request"] == number
    with new_session(writes=False) as after:
        assert after.get_one(Job, job.id).state is JobState.DONE


def test_what_nobody_asked_for_has_no_number(session):
    assert enqueue(session, Queue.OFFICE, "some_work", uuid.uuid4(), NOW).request is None
