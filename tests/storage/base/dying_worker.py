"""A worker for test_worker.py. Its job never ends at the first attempt, and at once at the next."""

import threading
from datetime import timedelta

from storage.base import jobs

jobs.LEASE = timedelta(seconds=1)
app = jobs.celery


@jobs.task("outlive_the_worker")
def outlive_the_worker(claimed: jobs.Claimed) -> dict:
    if claimed.attempts == 1:
        claimed.report(50)
        threading.Event().wait()
    return {"attempt": claimed.attempts}
