"""A walk through the pages of an exam: everybody in an own window, each step looked at wide and narrow, light and dark.

Axe looks at every step; `--screenshot on` leaves a picture of both screens in the folder that the test names, and
`--video on` a film of each window.
"""

from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Download, Page
from support import desk_site

from storage.people.people import Person, Role

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@dataclass
class Walk:
    """The site, a browser, and everybody's own window."""

    site: desk_site.Site
    browser: Browser
    folder: Path
    pictures: bool
    films: Path | None
    taken: int = 0
    faults: list[str] = field(default_factory=list)
    windows: list[BrowserContext] = field(default_factory=list)

    def window(self, person: Person | None = None) -> Page:
        film = {"record_video_dir": self.films, "record_video_size": WIDE} if self.films else {}
        context = self.browser.new_context(
            base_url=self.site.address, viewport=WIDE, locale="nl-NL", reduced_motion="reduce", **film
        )
        self.windows.append(context)
        context.set_default_timeout(30_000)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        if person is not None:
            self.site.log_in(context, person)
        return context.new_page()

    def look(self, page: Page, what: str) -> None:
        """What axe says of this page on a wide light and a narrow dark screen, and whether something sticks out."""
        self.taken += 1
        for name, size, theme in (("wide", WIDE, "light"), ("narrow", NARROW, "dark")):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=theme)
            if self.pictures:
                file = self.folder / f"{self.taken:02}-{what}-{name}.png"
                page.screenshot(animations="disabled", path=file, full_page=True)
            self.faults += [f"{what} {name}: {one['id']}" for one in Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
                self.faults.append(f"{what} {name}: wider than the screen")
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")

    def somebody(self, name: str, role: Role) -> Person:
        """Somebody new with this role, who works at the organisation when it is a candidate's."""
        home = self.site.people.organisation if role is Role.CANDIDATE else None
        made = self.site.newcomer(role, home)
        made.name = name
        self.site.session.commit()
        return made

    def kept(self, page: Page, link: str) -> Path:
        """The file behind this link."""
        with page.expect_download() as found:
            page.get_by_role("link", name=link).first.click()
        download: Download = found.value
        file = self.folder / f"{self.taken:02}-{download.suggested_filename}"
        download.save_as(file)
        return file
