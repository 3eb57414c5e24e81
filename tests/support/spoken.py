"""Words beside the films of a desk: what somebody would have said there, spoken evenly from the first second on."""

import tempfile
from pathlib import Path

from recorder.media.words import Word, captions, to_json
from storage.base import objects
from storage.exam.recordings import Rendition, RenditionKind, latest_take

SAID = (
    "Goedemiddag Fatima, fijn dat u even tijd hebt. Ik wil het met u hebben over het gesprek van gisteren met de klant."
    " U zei dat de levering te laat was. Maar de klant voelde zich niet gehoord. Wat hebt u zelf gemerkt?"
)
BEGIN_S, EACH_S = 1.0, 0.5


def words(text: str = SAID) -> list[Word]:
    """Word n of this text begins half a second after word n - 1, the first at second 1."""
    return [Word(BEGIN_S + at * EACH_S, BEGIN_S + (at + 0.8) * EACH_S, one) for at, one in enumerate(text.split())]


def second_of(word: str, text: str = SAID) -> float:
    """When this word begins, the first time that it is said."""
    return next(one.start for one in words(text) if one.text.strip(".,?") == word)


def say(desk, text: str = SAID, number: int = 1) -> None:
    """From now on it is written down what is said in this answer of the desk."""
    site, take = desk.site, latest_take(desk.site.session, desk.ratings[number - 1].answer)
    made = {
        RenditionKind.WORDS: (to_json(words(text), "nl"), "application/json"),
        RenditionKind.CAPTIONS: (captions(words(text)), "text/vtt"),
    }
    with tempfile.TemporaryDirectory() as folder:
        for kind, (content, content_type) in made.items():
            path = Path(folder, kind)
            path.write_text(content)
            key = f"recordings/{take.id}/film/speech/{kind}.enc"
            site.put(key, path, take.id)
            size, sha256 = path.stat().st_size, objects.sha256_of(path)
            row = Rendition(kind=kind, key=key, content_type=content_type, size=size, sha256=sha256)
            row.sealed_under = take.id
            take.renditions.append(row)
    site.session.commit()
