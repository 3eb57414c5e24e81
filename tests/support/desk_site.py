"""One running site for all browser tests of the desk: real films behind the real edge, and new people for each test.

Starting a site takes ten seconds and a desk of one's own a tenth of one, so tests share the site and never a person.
"""

import contextlib
import json
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from pytest import MonkeyPatch
from sqlalchemy.orm import Session
from support import cast, exam_site, services, settings_cache

from storage.base import database, migrate, objects
from storage.base.config import config
from storage.base.keys import KeyStore, encrypt_file, key_store
from storage.exam.recordings import Rendition, RenditionKind, latest_take
from storage.exam.sittings import Sitting
from storage.judging.ratings import Rating
from storage.judging.workload import assign
from storage.people.people import Person, Role
from storage.schemes import Pack
from webapp import create_app

FILM_S = 24
WAVE = {"per_second": 10, "seconds": FILM_S, "peaks": [40] * 50 + [0] * 40 + [35] * (FILM_S * 10 - 90)}
"""Something is heard, save from second 5 to second 9."""

SCREEN = {"width": 1280, "height": 720}


@dataclass
class Site:
    """The running site: its address, its database, the people of KSF, and the films that every answer shows."""

    address: str
    session: Session
    people: cast.Cast
    pack: Pack
    store: objects.ObjectStore
    keys: KeyStore
    films: dict[RenditionKind, tuple[Path, str]]
    cookie: tuple[str, object]

    def newcomer(self, role: Role, home=None) -> Person:
        made = cast.person(self.session, f"{role}.{uuid.uuid4().hex[:8]}", f"{role} nieuw", role, home, now())
        self.session.flush()
        return made

    def exam(self, films: int = 4) -> Sitting:
        """A finished exam of a new candidate; behind the first answers there are films."""
        people = replace(self.people, candidate=self.newcomer(Role.CANDIDATE, self.people.organisation))
        sitting = cast.finished_sitting(self.session, people, now() - timedelta(hours=2), pack_row=self.pack)
        for answer in sitting.answers:
            take = latest_take(self.session, answer)
            take.seconds, take.figures = FILM_S, {"fps": 25}
            for kind, (file, content_type) in self.films.items():
                key, size = f"recordings/{take.id}/{kind}", file.stat().st_size
                take.renditions.append(
                    Rendition(
                        kind=kind,
                        key=key,
                        content_type=content_type,
                        size=size,
                        sha256=objects.sha256_of(file),
                        sealed_under=take.id,
                    )
                )
                if answer.number <= films:
                    self.put(key, file, take.id)
        self.session.commit()
        return sitting

    def put(self, key: str, file: Path, owner: uuid.UUID) -> None:
        """Put this file in the site's store, encrypted under a key of the site's own key store."""
        with tempfile.NamedTemporaryFile() as sealed:
            encrypt_file(file, Path(sealed.name), self.keys.get_or_create(owner))
            self.store.put_file(key, Path(sealed.name))

    def log_in(self, context: BrowserContext, person: Person) -> None:
        """Give a browser the cookie that logging in would give."""
        name, signer = self.cookie
        value = signer.dumps({"_user_id": cast.browser(person, session=self.session), "_fresh": True})
        context.add_cookies([{"name": name, "value": value, "url": self.address}])


@dataclass
class Desk:
    """One assessor with the ten answers of one candidate, and the windows that a test opens."""

    site: Site
    browser: Browser
    assessor: Person
    sitting: Sitting
    ratings: list[Rating]
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def url(self, number: int = 1) -> str:
        return f"{self.site.address}/beoordelen/{self.ratings[number - 1].id}"

    def visit(self, person: Person | None = None, **options) -> Page:
        """A browser of this person's own (by default the assessor), logged in; what it complains of is kept."""
        context = self.browser.new_context(viewport=SCREEN, locale="nl-NL", **options)
        self.contexts.append(context)
        self.site.log_in(context, person or self.assessor)
        context.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        return context.new_page()

    def open(self, number: int = 1, **options) -> Page:
        """The desk with this answer on it, ready to play."""
        page = self.visit(**options)
        page.goto(self.url(number))
        ready(page)
        return page

    def kept(self, number: int = 1) -> Rating:
        """The rating as it is in the database now; nothing stays locked, so that the site can go on."""
        self.site.session.expire_all()
        row = self.site.session.get(Rating, self.ratings[number - 1].id)
        assert row.answer.scenario and row.scores is not None and row.remarks is not None
        self.site.session.commit()
        return row


@contextlib.contextmanager
def running(folder: Path, swift: str) -> Iterator[Site]:
    """Start the site. Its settings are this process's own only while it starts."""
    with contextlib.ExitStack() as stack:
        with MonkeyPatch.context() as environment:
            variables = {
                "VIGNET_ENV": "development",
                "VIGNET_PORT": str(services.free_ports(8)),
                "VIGNET_DATA": str(folder / "data"),
                "VIGNET_DATABASE_URL": f"sqlite:///{folder / 'desk.sqlite'}",
                "VIGNET_RATE_LIMIT_STORAGE": "memory://",
                "VIGNET_S3_ENDPOINT": swift,
                "VIGNET_S3_BUCKET": "desk",
                "VIGNET_S3_ACCESS_KEY": services.ACCESS_KEY,
                "VIGNET_S3_SECRET_KEY": services.SECRET_KEY,
            }
            for name, value in variables.items():
                environment.setenv(name, value)
            settings_cache.clear()
            migrate.upgrade(config().database_url)
            store, keys = objects.object_store(), key_store()
            store.prepare()
            session = Session(database.make_engine(config().database_url), expire_on_commit=False)
            people, pack = cast.gather(session, now()), cast.pack(session, now())
            exam_site.furnish(pack, store)
            session.commit()
            app = create_app(config())
            signer = SecureCookieSessionInterface().get_signing_serializer(app)
            address = stack.enter_context(exam_site.open_for_visitors(config(), folder))
        settings_cache.clear()
        stack.callback(session.close)
        cookie = (app.config["SESSION_COOKIE_NAME"], signer)
        yield Site(address, session, people, pack, store, keys, _films(folder), cookie)


def _films(folder: Path) -> dict[RenditionKind, tuple[Path, str]]:
    wave = folder / "waveform.json"
    wave.write_text(json.dumps(WAVE))
    film = exam_site.CLIP.with_suffix(".mp4")
    return {RenditionKind.VIDEO: (film, "video/mp4"), RenditionKind.WAVEFORM: (wave, "application/json")}


def now() -> datetime:
    return datetime.now(UTC)


def give(site: Site, browser: Browser, films: int = 4, *, seen: bool = True) -> Desk:
    """A new assessor with a new exam to judge, whose recordings were `seen` to their end before."""
    sitting, assessor = site.exam(films), site.newcomer(Role.ASSESSOR)
    ratings = assign(site.session, sitting, assessor, 1, now())
    for rating in ratings if seen else ():
        rating.saw([(0, FILM_S)])
    site.session.commit()
    return Desk(site, browser, assessor, sitting, ratings)


def launch(playwright: Playwright) -> Browser:
    """A Chromium that plays without being asked, and silently."""
    options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=options)


# What a page of the desk shows.


def video(page: Page) -> dict:
    return page.locator(".desk-video").evaluate(
        "v => ({now: v.currentTime, paused: v.paused, speed: v.playbackRate, ready: v.readyState,"
        " pitch: v.preservesPitch})"
    )


def ready(page: Page) -> None:
    """Wait until the desk hears keys and shows the recording."""
    page.wait_for_selector("#desk[data-live]")
    services.wait_until(lambda: video(page)["ready"] >= 2, "the recording to be there")


def findings(page: Page) -> list:
    """What axe finds wrong on this page."""
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]]


def saved(page: Page, within_s: int = 4) -> None:
    told = re.compile(r"^bewaard \d\d:\d\d:\d\d ✓$")
    expect(page.locator("[data-saved]")).to_have_text(told, timeout=within_s * 1000)


def remark(page: Page, text: str) -> None:
    """Type a remark and keep it."""
    page.keyboard.press("o")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def score_all(page: Page, level: str = "3") -> None:
    """The same level everywhere, with the moment that is shown as evidence."""
    for _ in range(page.locator(".mark").count()):
        page.keyboard.press(level)
        page.keyboard.press("b")
        page.keyboard.press("ArrowDown")


def sign_unseen(page: Page) -> None:
    """Sign an answer of which the recording was not played to its end: the desk asks why first."""
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unseen-because")).to_be_focused()
    page.keyboard.type("Na het begin was het duidelijk.")
    page.keyboard.press("Enter")


def switches(page: Page) -> list[float]:
    """How long each change of answer took in this window: from the key until its first picture was on the screen."""
    return page.evaluate("performance.getEntriesByName('desk-switch').map((one) => one.duration)")
