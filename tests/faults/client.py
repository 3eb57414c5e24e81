"""What the candidate's computer does, and the candidate."""

import signal
import time
from functools import partial

from faults.scene import BREAK_S, TALK_S, Scene
from faults.slices import QUIET_S
from faults.table import TORN, Bar, Row

ASLEEP_S = 600
SECOND = """
async ([url, bearer]) => {
  const { WhipClient } = await import("/static/js/exam/whip.js");
  window.second = new WhipClient(url, bearer);
  const up = new Promise((resolve) => window.second.addEventListener("connected", resolve, { once: true }));
  await window.second.publish(window.camera);
  await up;
}
"""


def second_session(scene: Scene) -> None:
    """Another live session opens for the same answer while the first one is well; the page takes it back."""
    scene.begin().talk(BREAK_S)
    ticket = scene.witness.tickets[-1]
    address = ticket.address.rpartition("/")[0].replace("/slices/", "/whip/")
    scene.candidate.page.evaluate(SECOND, [address, ticket.bearer.removeprefix("Bearer ")])
    scene.talk(TALK_S - BREAK_S).end()


def browser_killed(scene: Scene) -> None:
    """The browser is killed while five slices are unsent, and opened again."""
    scene.begin().candidate.cut(4)
    scene.talk(TALK_S).kill_browser()
    scene.candidate.open()
    scene.over().candidate.go_on().sent_all()


def tab_closed(scene: Scene) -> None:
    """The tab is closed while somebody talks, and nobody comes back."""
    scene.begin().talk(TALK_S).talk(0.3).last_word()
    scene.candidate.page.close()


def reloaded(scene: Scene) -> None:
    """The page is loaded again after the answer, while it still sends."""
    scene.candidate.cut(3)
    scene.answer()
    scene.candidate.page.unroute("**/recorder/slices/**")
    scene.candidate.page.reload()
    scene.over().candidate.between().sent_all()


def other_clock(scene: Scene, hours: int) -> None:
    """A whole answer by a clock that is wrong."""
    scene.candidate.pretend(clock=str(hours * 3600_000))
    scene.answer()


def asleep(scene: Scene) -> None:
    """The lid is shut, and opened again ten minutes later: nothing of the browser runs meanwhile."""
    scene.begin().talk(BREAK_S + 0.3).last_word()
    browser = scene.candidate.processes()
    for process in browser:
        process.send_signal(signal.SIGSTOP)
    time.sleep(ASLEEP_S)
    for process in browser:
        process.send_signal(signal.SIGCONT)
    scene.over().candidate.between()


ROWS = [
    Row("second-session", "another live session while the first is well", second_session),
    Row("browser-killed", "the browser is killed with five unsent slices, and opened again", browser_killed, TORN),
    Row("tab-closed", "the tab is closed and never opened again", tab_closed, Bar(60, 2.0, QUIET_S + 60), late=True),
    Row("reloaded", "the page is loaded again while it still sends", reloaded),
    Row("clock-ahead", "the page's clock is three hours ahead", partial(other_clock, hours=3)),
    Row("clock-behind", "the page's clock is three hours behind", partial(other_clock, hours=-3)),
    Row("asleep", "the computer stands still for ten minutes", asleep, TORN),
]
