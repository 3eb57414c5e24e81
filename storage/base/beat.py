"""The beat as a thread of a worker, where one machine has one of each (`webapp/worker_with_beat.py`)."""

import logging
import os
import signal
from threading import Thread
from typing import Any

from celery.beat import Service
from celery.signals import worker_ready

from storage.base.config import config
from storage.base.jobs import celery

log = logging.getLogger(__name__)


def in_this_worker() -> None:
    """Have the worker of this process ring what is due by the clock, from when it is ready on."""
    worker_ready.connect(_begin, weak=False)


def _begin(**_: Any) -> None:
    Thread(target=_beat, name="beat", daemon=True).start()


def _beat() -> None:
    try:
        Service(celery, schedule_filename=str(config().data / "run" / "beat")).start()
    except Exception:
        # A worker without its beat would look well and do nothing: the supervisor starts both again.
        log.exception("the beat ended")
        os.kill(os.getpid(), signal.SIGQUIT)
