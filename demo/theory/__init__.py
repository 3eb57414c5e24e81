"""Example items of the online theory test: invented for Vignet, on every term of A, and in no real test."""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from demo.theory.picture import waiting_chart
from scenarios.theory.content import Gap, Markup, Picture, Place
from scenarios.theory.items import Choice, GapMatch, Interaction, Item, Match, Option, Order, PairOption
from scenarios.theory.media import Medium
from storage.people.people import Person
from storage.theory.items import ItemState, TheoryItem
from storage.theory.packages import put_media, take_in

FOLDER = Path(__file__).parent
SOURCE = "Voorbeeldvraag van Vignet, niet voor een echte toets."
CHART = "media/wachtrij.png"
MEDIA = {CHART: Medium("image/png", waiting_chart())}


def items() -> list[Item]:
    """All of them, in the order of their terms."""
    files = sorted(FOLDER.glob("items_*.toml"))
    written = [one for file in files for one in tomllib.loads(file.read_text())["items"]]
    return [_item(number, one) for number, one in enumerate(written, start=1)] + [_picture(len(written) + 1)]


def store_media() -> None:
    """Keep the pictures of the items in the object store."""
    put_media(items(), MEDIA)


def into_use(session: Session, author: Person, other: Person, now: datetime) -> int:
    """Bring the items into an empty bank, each looked at by two persons; answers how many are in use by that."""
    if session.scalars(select(TheoryItem).limit(1)).first():
        return 0
    made = take_in(session, items(), MEDIA, author, now)
    for row in made:
        row.move(ItemState.REVIEWED, "", other, now)
        row.move(ItemState.APPROVED, "", author, now)
        row.move(ItemState.LIVE, "", author, now)
    session.flush()
    return len(made)


def _item(number: int, written: dict[str, Any]) -> Item:
    before = (Markup("p", (written["text"],)),) if "text" in written else ()
    interaction, correct = _asked(written)
    return Item(
        key=f"voorbeeld-{number:02}",
        title=written["title"],
        language="nl",
        term=written["term"],
        source=SOURCE,
        body=(*before, Place()),
        interaction=interaction,
        correct=correct,
    )


def _asked(written: dict[str, Any]) -> tuple[Interaction, tuple[str, ...]]:
    prompt = (written["ask"],)
    if "order" in written:
        options = _options(written["order"])
        one = Order(prompt=prompt, options=options, shuffle=True, least=len(options), most=len(options))
        return one, tuple(option.key for option in options)
    if "pairs" in written:
        left, right = (
            tuple(PairOption(key=f"{side}{at}", content=(pair[place],)) for at, pair in enumerate(written["pairs"], 1))
            for place, side in enumerate("AB")
        )
        match = Match(prompt=prompt, left=left, right=right, shuffle=True, most=len(left))
        return match, tuple(f"{one.key} {two.key}" for one, two in zip(left, right, strict=True))
    if "gaps" in written:
        return _gaps(written, prompt)
    options = _options([*written["right"], *written["wrong"]])
    many = len(written["right"])
    choice = Choice(
        prompt=prompt, options=options, shuffle=True, multiple=many > 1, most=many, least=many if many > 1 else 0
    )
    return choice, tuple(option.key for option in options[:many])


def _gaps(written: dict[str, Any], prompt: tuple[str, ...]) -> tuple[Interaction, tuple[str, ...]]:
    pieces = written["gaps"].replace("}", "{").split("{")
    words = [*pieces[1::2], *written["extra"]]
    options = tuple(PairOption(key=f"W{at}", content=(word,)) for at, word in enumerate(words, 1))
    text = tuple(Gap(f"G{at // 2 + 1}") if at % 2 else piece for at, piece in enumerate(pieces))
    gaps = len(pieces) // 2
    one = GapMatch(prompt=prompt, text=(Markup("p", text),), options=options, shuffle=True, most=gaps)
    return one, tuple(f"W{at} G{at}" for at in range(1, gaps + 1))


def _options(words: list[str]) -> tuple[Option, ...]:
    return tuple(Option(key=f"K{at}", content=(word,)) for at, word in enumerate(words, 1))


def _picture(number: int) -> Item:
    """An item with a picture: a screen with the length of four queues."""
    words = (
        "Een staafdiagram van vier wachtrijen. Facturen: 3 wachtenden. Storing: 11 wachtenden. "
        "Verhuizen: 5 wachtenden. Algemeen: 7 wachtenden."
    )
    written: dict[str, Any] = {
        "term": "2.1",
        "title": "De wachtrij op het scherm",
        "ask": "Op het scherm ziet u de wachtrijen. Waar helpt u het eerst mee, als u alles kunt?",
        "right": ["Storing"],
        "wrong": ["Facturen", "Verhuizen", "Algemeen"],
    }
    interaction, correct = _asked(written)
    seen = Markup("p", (Picture(CHART, words),))
    return Item(
        key=f"voorbeeld-{number:02}",
        title=written["title"],
        language="nl",
        term=written["term"],
        source=SOURCE,
        body=(seen, Place()),
        interaction=interaction,
        correct=correct,
    )
