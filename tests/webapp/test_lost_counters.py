"""The store of the counts goes away: every page that was waiting for it then is answered all the same."""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from webapp import create_app

pytestmark = pytest.mark.one_database
AT_ONCE = 6


@pytest.fixture
def silent():
    """The address of something that takes connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def test_pages_that_wait_for_lost_counters_are_answered(installation, environment, silent):
    environment(VIGNET_RATE_LIMIT_STORAGE=silent)
    app = create_app()
    together = threading.Barrier(AT_ONCE)

    def ask(_):
        with app.test_client() as client:
            together.wait()
            return client.get("/inloggen").status_code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert list(pool.map(ask, range(AT_ONCE))) == [200] * AT_ONCE
