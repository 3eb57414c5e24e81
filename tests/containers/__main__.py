"""`make containers`: docker/compose.yml brought up as the README says, on a real engine, and an exam through it.

    make containers                      everything with the parts that come with it
    make containers ARGS=other-parts     an answer with RabbitMQ, PgBouncer and Ceph's gateway in their places
    make containers ARGS=short           an answer and a new version in mid-recording, as .ci/run does it

Needs a Docker engine that answers, and root (it reads volumes). What is not here, Compose and the base images, is
made from Debian's packages. Prints a line for each step, with its seconds, and leaves nothing running.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[0:1] = [str(HERE.parents[1]), str(HERE.parent)]

import requests
from containers import bases
from containers.site_up import OTHER_PARTS, Site, checkout
from playwright.sync_api import sync_playwright
from support import camera
from support.candidate import Candidate

ROOT = HERE.parents[1]
CLIPS = ROOT / "scenarios" / "branchecertificaat_b" / "clips"
TALK_S = 4.0
MOST_MEANWHILE = 5
"""An exam has ten answers, and some are for the other steps."""
LONGEST_GAP_S = 5
"""How long a new version may leave a page without an answer."""
OWN = ("debian:12-slim", "postgres:17-alpine", "valkey/valkey:8-alpine")
KINDS = {
    "whole": (*OWN, "coturn/coturn:4.7-alpine"),
    "other-parts": (*OWN, "rabbitmq:4-alpine", "edoburu/pgbouncer:v1.24.1-p1", "vignet-test/ceph"),
    "short": OWN,
}
"""What is tried, and the images that it needs."""


class Steps:
    """What was done, how long it took, and what came of it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, str]] = []

    @contextlib.contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """Time a step; what is put into the list stands in its row. A step that fails ends the run."""
        began, found = time.monotonic(), list[str]()
        print(f"-- {what}", flush=True)
        try:
            yield found
        except BaseException as error:
            found.append(f"FAILED: {error}")
            raise
        finally:
            self.rows.append((what, time.monotonic() - began, "; ".join(found)))
            print(f"   {self.rows[-1][1]:6.1f} s  {self.rows[-1][2]}", flush=True)


class Watch:
    """Asks for a page five times a second, and keeps how long the worst gap without an answer was."""

    def __init__(self, site: Site) -> None:
        self.site, self.worst_s, self.refused, self.asked = site, 0.0, 0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)

    def _go(self) -> None:
        last = time.monotonic()
        while not self._over.wait(0.2):
            self.asked += 1
            try:
                good = self.site.ask("/inloggen").status_code == 200
            except requests.RequestException:
                good = False
            now = time.monotonic()
            self.refused += not good
            self.worst_s = max(self.worst_s, now - last)
            last = now if good else last


def engine() -> str:
    """Why there is nothing to be done here; empty when there is an engine."""
    told = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, text=True)
    return "" if told.returncode == 0 else "no Docker engine answers here (`docker version`)"


def answer(candidate: Candidate) -> str:
    """The next answer, and what is left of it."""
    return left_of(candidate, candidate.begin().talk(TALK_S).end().number)


def left_of(candidate: Candidate, number: int) -> str:
    """What is left of this answer: every picture that the slices hold is in the film."""
    kept = candidate.kept(number, seconds=240)
    assert kept.take["state"] == "stored", kept.take
    film, slices = kept.watch("film.mp4"), kept.watch("slices")
    missing = camera.missing(film, slices)
    assert len(missing) <= 2, missing
    return f"{len(film.numbers)} pictures, {len(missing)} missing, {film.seconds:.1f} of {kept.take['seconds']:.1f} s"


def main() -> int:
    kind = (sys.argv[1:] or ["whole"])[0]
    if kind not in KINDS:
        print(f"`make containers ARGS=…` takes one of {', '.join(KINDS)}, not {kind}.")
        return 2
    if why := engine():
        print(f"skipped: {why}")
        return 0
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="vignet-containers-") as folder:
        site = Site(checkout(ROOT, Path(folder, "vignet")))
        try:
            run(site, steps, Path(folder), kind)
        finally:
            with contextlib.suppress(Exception):
                print(site.compose("ps", "--all"))
            with contextlib.suppress(Exception):
                site.compose("--profile", "*", "down", "--volumes", "--timeout", "10")
    return 0


def run(site: Site, steps: Steps, folder: Path, kind: str) -> None:
    """Every step, in the order in which an operator meets them."""
    with steps.step("Compose and base images") as found:
        assert bases.compose_is_new(), "docker compose 2.24 or newer is needed"
        made = bases.make(*KINDS[kind])
        found += [site.do("docker", "compose", "version", "--short").strip(), f"stand-ins: {', '.join(made) or 'none'}"]
    site.configure("1", **(OTHER_PARTS if kind == "other-parts" else {}))
    with steps.step("build the image"):
        site.compose("build", "--quiet", "web-1", timeout=1800)
    flask = ("web-1", "flask", "--app", "webapp")
    with steps.step("setup, schemes add"):
        institution = "docker/institution.example.toml"
        site.compose("run", "--rm", "-T", *flask, "setup", "--no-mail", "--file", institution)
        schemes = ("scenarios/praktijktoets_a", "scenarios/branchecertificaat_b")
        site.compose("run", "--rm", "-T", *flask, "schemes", "add", *schemes)
    with steps.step("up"):
        site.compose("up", "--detach", "--wait", "--wait-timeout", "300")
    with steps.step("scenarios import"):
        site.compose("exec", "-T", *flask, "scenarios", "import", "scenarios/branchecertificaat_b")
    with steps.step("/healthz over TLS"):
        site.ready()
    site.settings()
    site.command("python", "tests/containers/people.py")
    for place in ("camera", "candidate"):
        (folder / place).mkdir()
    filmed = camera.make(next(CLIPS.glob("04-*.mp4")), folder / "camera")
    with sync_playwright() as playwright:
        candidate = Candidate(playwright, site, filmed, folder / "candidate")
        try:
            sit(site, steps, candidate, kind)
        finally:
            candidate.kill()
            candidate.relay.close()


def other_parts_said(site: Site) -> list[str]:
    """Versions, and that they do the work: RabbitMQ carries jobs, PgBouncer leads to the database, Ceph keeps."""
    said = [
        site.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "version").strip(),
        site.compose("exec", "-T", "pgbouncer", "pgbouncer", "--version").splitlines()[0],
        site.compose("exec", "-T", "ceph", "radosgw", "--version").strip()[:30],
    ]
    queues = site.compose("exec", "-T", "rabbitmq", "rabbitmqctl", "-q", "list_queues", "name", "consumers")
    heard = {row.split()[0] for row in queues.splitlines() if row.split()[1:] and row.split()[1] != "0"}
    assert {"media", "office", "audit"} <= heard, queues
    asked = "SELECT DISTINCT client_addr FROM pg_stat_activity WHERE datname = 'vignet' AND client_addr IS NOT NULL"
    command = ("psql", "-h", "127.0.0.1", "-U", "vignet", "-tA", "-c", asked)
    password = (site.root / "docker/secrets/database_password").read_text()
    clients = site.compose("exec", "-T", "-e", f"PGPASSWORD={password}", "database", *command).split()
    # The commands on the host of this very test go around it.
    assert set(clients) <= {"172.30.84.14", "172.30.84.1", "127.0.0.1"} and "172.30.84.14" in clients, clients
    kept = site.compose("exec", "-T", "ceph", "radosgw-admin", "-c", "/ceph/ceph.conf", "bucket", "stats")
    assert '"num_objects"' in kept, kept
    checked = site.do_anyway("exec", "-T", "web-1", "flask", "--app", "webapp", "check")
    return [*said, *(line for line in checked.splitlines() if line.startswith(("fail", "warn")))]


def sit(site: Site, steps: Steps, candidate: Candidate, kind: str) -> None:
    """Answers with nothing, with a restart of everything, and with a new version in the middle."""
    with steps.step("an answer through the edge") as found:
        found.append(answer(candidate))
    if kind == "other-parts":
        with steps.step("what the parts say") as found:
            found.extend(other_parts_said(site))
    if kind != "short":
        restart(site, steps, candidate)
    if kind != "other-parts":
        deploy(site, steps, candidate)
    if kind == "whole":
        scale(site, steps)
        stop(site, steps)


def restart(site: Site, steps: Steps, candidate: Candidate) -> None:
    with steps.step("everything is restarted") as found:
        site.compose("restart", "--timeout", "60")
        site.ready()
        candidate.page.reload()
        candidate.go_on()
        found.append(answer(candidate))


def deploy(site: Site, steps: Steps, candidate: Candidate) -> None:
    with steps.step("a new version in the middle of an answer") as found, Watch(site) as watch:
        site.configure("2")
        with ThreadPoolExecutor(1) as pool:
            deploying = pool.submit(site.do, "sh", "docker/deploy.sh", timeout=1800)
            given = []
            while not deploying.done() and len(given) < MOST_MEANWHILE:
                given.append(candidate.begin().talk(TALK_S).end().number)
            deploying.result()
            given.append(candidate.begin().talk(TALK_S).end().number)
        found += [left_of(candidate, number) for number in given]
        found.append(f"longest without a page {watch.worst_s:.1f} s, {watch.refused} of {watch.asked} not answered")
        assert watch.worst_s <= LONGEST_GAP_S, found


def scale(site: Site, steps: Steps) -> None:
    with steps.step("more of each, and not of the recorder") as found:
        site.compose("up", "--detach", "--wait", "--scale", "media=2", "--scale", "office=2")
        try:
            site.compose("up", "--detach", "--scale", "recorder=2")
        except RuntimeError as refused:
            found.append(str(refused).splitlines()[-1])
        else:
            raise AssertionError("a second recorder was begun on the ports of the first")


def stop(site: Site, steps: Steps) -> None:
    with steps.step("what ends in peace") as found:
        site.compose("stop", "--timeout", "120")
        codes = {
            row.split()[0]: row.split()[1]
            for row in site.compose("ps", "--all", "--format", "{{.Service}} {{.ExitCode}}").splitlines()
        }
        found.append(str(codes))
        assert "137" not in codes.values(), codes


if __name__ == "__main__":
    sys.exit(main())
