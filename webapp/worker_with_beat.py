"""The office worker with the beat in it, for one machine: `celery -A webapp.worker_with_beat worker -Q office`.

On many machines the beat is a process of its own, since there must be one of it and may be many workers.
"""

import logging
import os
import signal
from threading import Thread
from typing import Any

from celery.beat import Service
from celery.signals import worker_ready

from storage.base.config import config
from webapp.worker import app

log = logging.getLogger(__name__)

__all__ = ["app"]


@worker_ready.connect
def _begin(**_: Any) -> None:
    Thread(target=_beat, name="beat", daemon=True).start()


def _beat() -> None:
    try:
        Service(app, schedule_filename=str(config().data / "run" / "beat")).start()
    except Exception:
        # A worker without its beat would look well and do nothing: the supervisor starts both again.
        log.exception("the beat ended")
        os.kill(os.getpid(), signal.SIGQUIT)
