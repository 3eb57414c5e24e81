"""The office worker with the beat in it, for one machine: `celery -A webapp.worker_with_beat worker -Q office`.

On many machines the beat is a process of its own, since there must be one of it and may be many workers.
"""

from storage.base import beat
from webapp.worker import app

__all__ = ["app"]

beat.in_this_worker()
