"""Takes in what a candidate saved by hand while no server could be reached: the same slices, by another way.

From here on they go the way of all slices: joined, sealed under the candidate's key, confirmed by the object store.
"""

import json
from datetime import UTC, datetime
from typing import Any

from recorder.jobs.workspace import folder_for
from recorder.spool.manifest import Manifest
from recorder.spool.spool import Spool
from recorder.spool.upload import Shipper
from storage.base.database import session_scope
from storage.base.jobs import Claimed, Hopeless, task
from storage.base.keys import key_store
from storage.base.objects import object_store
from storage.exam import emergency
from storage.exam.recordings import Recording


@task(emergency.IMPORT)
def import_answer(job: Claimed) -> dict[str, Any]:
    """Ship the slices of the emergency file that waits for this recording; done twice it changes nothing."""
    store, waiting = object_store(), emergency.key_of(job.subject)
    with session_scope(writes=False) as session:
        row = session.get(Recording, job.subject)
        if row is None:
            raise Hopeless("there is no such recording")
        candidate = row.candidate_id
    if store.size(waiting) is None:
        return {"slices": 0}
    with folder_for(job.subject) as folder:
        store.get_file(waiting, folder / "file")
        try:
            with (folder / "file").open("rb") as file:
                answer = emergency.unseal(file, key_store().browser_key(candidate))
            manifest = Manifest.read(json.dumps(answer.manifest).encode())
        except ValueError as error:
            raise Hopeless(str(error)) from error
        spool = Spool(folder / "spool")
        for number, data in enumerate(answer.slices):
            spool.slices.keep(job.subject, number, data, emergency.sha256_of(data))
        spool.slices.close(job.subject, manifest)
        job.report(30)
        Shipper(spool, object_store, key_store).ship_now(job.subject, datetime.now(UTC))
    store.delete(waiting)
    return {"slices": len(answer.slices)}
