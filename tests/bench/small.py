"""What a small server carries: the whole product within 4 GB and two cores. Prints JSON.

`python tests/bench/small.py [seconds]`: everything as `make run` starts it, on PostgreSQL, in a control group whose
memory is what 4 GB leave beside the system; twenty candidates outside of it give an answer of so many seconds (60) at
the same time, over both roads, by the pages of the exam; then all films are made. The CPU seconds are those of the
whole group, of what ended too, on the clock of the kernel: what else runs on this machine is not in it.

How many may sit at once follows: a candidate speaks a third of a sitting, and half of the cores is kept. Needs root
and control groups of version 1.
"""

import asyncio
import contextlib
import json
import os
import pickle
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from live import cast, config, database, make_material, services
from paper import ANSWER_MIN, SITTING_MIN, SPARE, SPOKEN_SHARE
from support import settings_cache, system
from whole_road import Film

SITTINGS, CORES, MEMORY_MB = 20, 2, 3584
"""Half a gigabyte of four is left for the system."""
FILMS_S = 600
GROUPS = Path("/sys/fs/cgroup")
LOOK_S = 0.5


class Group:
    """A control group: whatever is started while this process is in it."""

    def __init__(self) -> None:
        self._folders = [GROUPS / kind / f"vignet-small-{os.getpid()}" for kind in ("memory", "cpuacct")]
        for folder in self._folders:
            folder.mkdir()
        (self._folders[0] / "memory.limit_in_bytes").write_text(f"{MEMORY_MB * 2**20}")
        self.most_mb = 0.0

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        before = dict(line.split(":")[1:] for line in Path("/proc/self/cgroup").read_text().splitlines())
        for folder in self._folders:
            (folder / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            for folder in self._folders:
                home = next(path for names, path in before.items() if folder.parent.name in names.split(","))
                (folder.parent / home.strip("/") / "cgroup.procs").write_text(str(os.getpid()))

    def cpu_s(self) -> float:
        return int((self._folders[1] / "cpuacct.usage").read_text()) / 1e9

    def memory_mb(self) -> float:
        """What processes hold, and not what the system keeps of files and gives back when it is asked."""
        told = dict(line.split() for line in (self._folders[0] / "memory.stat").read_text().splitlines())
        self.most_mb = max(self.most_mb, now := (int(told["total_rss"]) + int(told.get("total_shmem", 0))) / 1e6)
        return now

    def killed(self) -> int:
        """How many processes the kernel ended since there was no memory."""
        told = dict(line.split() for line in (self._folders[0] / "memory.oom_control").read_text().splitlines())
        return int(told.get("oom_kill", 0))

    def remove(self) -> None:
        for folder in self._folders:
            services.wait_until(lambda folder=folder: not (folder / "cgroup.procs").read_text(), "the group to end", 60)
            folder.rmdir()


async def watching(group: Group) -> None:
    while True:
        group.memory_mb()
        await asyncio.sleep(LOOK_S)


async def exam(product: system.System, people: list, film: Film, material: Path, group: Group) -> dict:
    import aioice.ice
    from machines import counting
    from machines.candidate import Candidate, keep_sending

    from webapp import create_app

    aioice.ice.get_host_addresses = lambda *_, **__: ["127.0.0.1"]
    app, pieces, sending = create_app(config.config()), pickle.loads(material.read_bytes()), []
    everybody = [Candidate(app, person, product.origin, film, pieces) for person in people]
    tasks = [asyncio.create_task(keep_sending(sending)), asyncio.create_task(watching(group))]
    idle_mb, before = group.memory_mb(), group.cpu_s()
    await asyncio.gather(*(one.sit_down() for one in everybody))
    begun, began = group.cpu_s(), time.time()
    answers = [asyncio.create_task(one.answer(1, sending)) for one in everybody]
    while not all(one.spoken.last_word for one in everybody):
        await asyncio.sleep(LOOK_S)
    spoke, last_word = group.cpu_s(), max(one.spoken.last_word for one in everybody)
    await asyncio.gather(*answers)
    recordings = [uuid.UUID(one.spoken.recording) for one in everybody]
    stored, _ = await asyncio.to_thread(counting.films, recordings, FILMS_S)
    made = group.cpu_s()
    for task in tasks:
        task.cancel()
    looked = [await asyncio.to_thread(counting.lost, one.spoken, film) for one in everybody]
    await asyncio.gather(*(one.leave() for one in everybody))
    minutes = SITTINGS * film.seconds / 60
    speaking, filming = (spoke - begun) / minutes, (made - spoke) / minutes
    return {
        "small_sittings": SITTINGS,
        "small_idle_mb": idle_mb,
        "small_most_mb": group.most_mb,
        "small_begin_cpu_s_per_sitting": (begun - before) / SITTINGS,
        "small_speak_cpu_s_per_minute": speaking,
        "small_film_cpu_s_per_minute": filming,
        "small_films_s": max(stored.values(), default=began) - last_word,
        "small_slice_waited_s": max(one.spoken.slice_waited_s for one in everybody),
        "small_page_waited_s": max(one.spoken.page_waited_s for one in everybody),
        "small_films": len(stored),
        "small_lost": sum(lost for lost, _ in looked),
        "small_killed": group.killed(),
        **carries(speaking, filming, (begun - before) / SITTINGS),
    }


def carries(speaking: float, filming: float, beginning: float) -> dict[str, float]:
    """How many may sit at once, and how many films of an answer are made in an hour, with half of the cores kept."""
    kept = CORES * 60 / SPARE
    a_minute = SPOKEN_SHARE * speaking + beginning / SITTING_MIN
    return {
        "small_at_once": kept / (a_minute + SPOKEN_SHARE * filming),
        "small_at_once_films_later": kept / a_minute,
        "small_films_an_hour": kept * 60 / (filming * ANSWER_MIN / 10),
    }


def invited(number: int) -> list:
    from storage.people.people import Role

    now = datetime.now(UTC)
    with database.session_scope() as session:
        people, pack = cast.gather(session, now), cast.pack(session, now)
        everybody = []
        for place in range(number):
            local = f"klein{place}"
            person = cast.person(session, local, f"Kandidaat {local}", Role.CANDIDATE, people.organisation, now)
            cast.sitting(session, people, now, person, pack)
            everybody.append(person)
    return everybody


def measure(seconds: int, folder: Path) -> dict:
    film, material = Film.make(folder / "film.mkv", seconds), folder / "material"
    make_material(material)
    group = Group()
    with contextlib.ExitStack() as stack:
        stack.callback(group.remove)
        with group.entered():
            address = stack.enter_context(services.postgresql())
            database_url = f"{address.replace('postgresql://', 'postgresql+psycopg://')}/postgres"
            told = {"VIGNET_DEMO": "off", "VIGNET_DATABASE_URL": database_url}
            product = stack.enter_context(system.running(folder, **told))
        os.environ.update({name: value for name, value in product.env.items() if name.startswith("VIGNET_")})
        settings_cache.clear()
        return asyncio.run(exam(product, invited(SITTINGS), film, material, group))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(round(float(sys.argv[1])) if len(sys.argv) > 1 else 60, Path(name))))


if __name__ == "__main__":
    main()
