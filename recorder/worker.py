"""The media worker: every task that takes ffmpeg, under the names that jobs know them by.

celery -A recorder.worker worker -Q media
"""

from recorder.jobs.clip_import import check_pack, import_pack
from recorder.jobs.emergency import import_answer
from recorder.jobs.finish import finish_recording
from recorder.jobs.transcribe import transcribe_recording
from storage.base.jobs import celery

app = celery
tasks = (finish_recording, transcribe_recording, import_answer, check_pack, import_pack)
