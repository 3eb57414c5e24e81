"""What the road between browser and server does. Both roads of an answer lead over it, by UDP and by TCP."""

from collections.abc import Iterator
from functools import partial

from faults.scene import BREAK_S, TALK_S, Scene
from faults.stage import FAR
from faults.table import FPS, Bar, Result, Row

BACK_S = 30
"""How long an answer may take to be safe after an outage, beside what its backlog takes on the line."""


def over(scene: Scene, **faults: float) -> None:
    """A whole answer over a road with these faults, which stay until it is safe."""
    for name, value in faults.items():
        setattr(scene.relay.faults, name, value)
    scene.answer()


def cut(scene: Scene, seconds: float) -> None:
    """Nothing gets through for so long, from the middle of the answer on, which is over before when that is long."""
    scene.begin().talk(BREAK_S)
    scene.candidate.network(False)
    talked = min(seconds, TALK_S - BREAK_S)
    scene.talk(talked)
    if seconds > talked:
        scene.stop().talk(seconds - talked)
    scene.candidate.network(True)
    scene.over()
    if seconds > talked:
        scene.candidate.between()
    else:
        scene.talk(TALK_S - BREAK_S).end()


def reset_twice(scene: Scene) -> None:
    """A router is reset under the live connection, twice; the page notices, and opens another one."""
    scene.begin().talk(2)
    for _ in range(2):
        scene.relay.reset()
        scene.talk(11)
    scene.end()


def whole_live(result: Result) -> Iterator[str]:
    """Nothing is lost on the live road either. What a busy machine does not code for it is no loss of the road."""
    for session in result.more["loss"]["sessions"]:
        if session["video"]["lost"] or session["audio"]["lost"]:
            yield f"the live road lost {session['video']['lost']} and {session['audio']['lost']} packets"


def plain(result: Result) -> Iterator[str]:
    """Both roads are whole, and lip sync is that of the slices, by flash and beep."""
    yield from whole_live(result)
    for road in ("slices", "live.mkv"):
        if abs(result.more[road]["apart_s"]) > 0.1:
            yield f"sound is {result.more[road]['apart_s']} s later than in {road}"
    if [name.split("-")[0] for name in result.more["originals"]] != ["closing", "slices", "whip"]:
        yield f"originals are {result.more['originals']}"
    if result.more["how"] != "copied":
        yield f"the picture was {result.more['how']}"


def opened_again(result: Result) -> Iterator[str]:
    """The live road was opened anew each time."""
    sessions = [name for name in result.more["originals"] if name.startswith("whip")]
    if sessions != ["whip-1", "whip-2", "whip-3"]:
        yield f"live sessions are {sessions}"


def slices_alone(result: Result) -> Iterator[str]:
    if result.more["decision"]["why"] != "no_live":
        yield f"decided by {result.more['decision']['why']}"


def other_sources(scene: Scene) -> None:
    """Picture and sound of the live session come from other sources (SSRC) from the middle of the answer on."""
    scene.begin().talk(BREAK_S)
    scene.check(scene.candidate.page.evaluate("window.otherSources()") >= 2, "nothing to change")
    scene.talk(TALK_S - BREAK_S).end()


def both_kept(result: Result) -> Iterator[str]:
    """The live road holds what both gave, in step; between two encoders it may lack half a second."""
    for session in result.more["loss"]["sessions"]:
        for kind in ("video", "audio"):
            if session[kind]["sources"] != 2 or session[kind]["foreign"]:
                yield f"{kind} has {session[kind]['sources']} sources, {session[kind]['foreign']} packets are foreign"
    live = result.more["live.mkv"]
    if result.frames_shown - live["frames"] > FPS / 2 or abs(live["apart_s"]) > 0.1:
        yield f"the live road has {live['frames']} pictures, {live['apart_s']} s out of step"


def no_live_road(scene: Scene) -> None:
    """No packet comes through by UDP, all answer long."""
    scene.relay.faults.udp = False
    scene.answer()


def turn(scene: Scene, how: str) -> None:
    """UDP is blocked: the live road leads over a TURN server, by TCP."""
    scene.candidate.pretend(turn=how)
    scene.begin().talk(TALK_S)
    scene.more["relays"] = scene.candidate.page.evaluate("window.relays()")
    scene.end()


def relayed(result: Result, how: str) -> Iterator[str]:
    """The live road really went that way, and is whole."""
    if result.more["relays"] != [how]:
        yield f"the live road went by {result.more['relays']}"
    yield from whole_live(result)


LOSS = [
    Row(f"loss-{share}", f"{share} % of the packets are lost", partial(over, loss=share / 100, delay_s=0.02))
    for share in (1, 5, 10, 20)
]
CUTS = [
    Row(f"cut-{seconds}", f"nothing gets through for {seconds} s", partial(cut, seconds=seconds))
    for seconds in (5, 20, 45, 300)
]
ROWS = [
    Row("plain", "nothing", Scene.answer, proof=plain),
    *LOSS,
    Row("bursts", "nothing gets through for 0.5 s of every 3 s", partial(over, burst_s=0.5, burst_every_s=3)),
    Row("jitter", "packets come 0 to 200 ms late, and overtake", partial(over, jitter_s=0.2)),
    *CUTS,
    Row("new-source", "another source (SSRC) takes over in a live session", other_sources, proof=both_kept),
    # 1.5 Mbit/s for 12 s are a backlog that takes 45 s.
    Row("squeezed", "the line is narrowed to 400 kbit/s", partial(over, bits_per_s=400_000), Bar(safe_s=30 + 45)),
    Row("forgotten", "a router forgets the live connection, twice", reset_twice, proof=opened_again),
    *(
        Row(
            f"turn-{how}",
            f"UDP is blocked, TURN by {how.upper()}",
            partial(turn, how=how),
            installation=FAR,
            proof=partial(relayed, how=how),
        )
        for how in ("tcp", "tls")
    ),
    Row("no-live", "UDP is blocked, and there is no TURN", no_live_road, proof=slices_alone),
]
