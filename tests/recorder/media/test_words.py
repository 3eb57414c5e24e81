"""Words that a machine heard: pieces become words, and words become captions that a person can read."""

import json

from hypothesis import given
from hypothesis import strategies as st

from recorder.media.words import LINE, LINES, LONGEST_S, Word, captions, joined, to_json


def said(text: str, *, begin: float = 0.0, each: float = 0.4) -> list[Word]:
    """This text, spoken evenly."""
    return [Word(begin + at * each, begin + (at + 1) * each, word) for at, word in enumerate(text.split())]


def cues(text: str) -> list[tuple[str, list[str]]]:
    blocks = text.strip().split("\n\n")
    assert blocks[0] == "WEBVTT"
    return [(lines[0], lines[1:]) for lines in (block.split("\n") for block in blocks[1:])]


def test_a_piece_without_a_space_belongs_to_the_word_before_it():
    pieces = [
        Word(0, 0.2, " Zo"),
        Word(0.2, 0.5, "’n"),
        Word(0.5, 0.9, " klant"),
        Word(0.9, 1.0, "-"),
        Word(1, 1.4, "vriend"),
    ]
    assert joined(pieces, 10) == [Word(0, 0.5, "Zo’n"), Word(0.5, 1.4, "klant-vriend")]


def test_times_outside_of_the_film_are_brought_back_into_it():
    pieces = [Word(-0.3, 0.4, " Ja"), Word(0.2, 0.1, " nee"), Word(9.8, 30.0, " hoor."), Word(31, 32, " ondertiteld")]
    assert joined(pieces, 10) == [
        Word(0, 0.4, "Ja"),
        Word(0.2, 0.2, "nee"),
        Word(9.8, 10, "hoor."),
        Word(10, 10, "ondertiteld"),
    ]


def test_a_page_reads_words_with_their_seconds():
    read = json.loads(to_json([Word(0.123, 0.456, "Één")], "nl"))
    assert read == {"language": "nl", "words": [[0.12, 0.46, "Één"]]}


def test_a_caption_ends_with_a_sentence_and_at_a_pause():
    words = said("Dat begrijp ik heel goed, Fatima.") + said("Maar", begin=2.5) + said("wacht even", begin=5.0)
    assert cues(captions(words)) == [
        ("00:00:00.000 --> 00:00:02.400", ["Dat begrijp ik heel goed, Fatima."]),
        ("00:00:02.500 --> 00:00:02.900", ["Maar"]),
        ("00:00:05.000 --> 00:00:05.800", ["wacht even"]),
    ]


def test_a_short_sentence_waits_for_the_next():
    assert cues(captions(said("Ja. Dat klopt."))) == [("00:00:00.000 --> 00:00:01.200", ["Ja. Dat klopt."])]


def test_what_looks_like_a_tag_is_read_as_it_is_said():
    assert "a &lt;b&gt; &amp; c --&gt; d" in captions(said("a <b> & c --> d"))


def test_without_speech_there_are_no_captions():
    assert captions([]) == "WEBVTT\n"


def test_after_an_hour_the_hours_are_counted():
    assert "01:00:00.500 --> 01:00:00.900" in captions([Word(3600.5, 3600.9, "laat")])


@given(
    st.lists(
        st.tuples(
            st.floats(0, 120),
            st.floats(0, 3),
            st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=30),
        ),
        max_size=60,
    )
)
def test_every_word_stands_in_one_caption_that_can_be_read(drawn):
    pieces = [Word(start, start + lasts, " " + text) for start, lasts, text in sorted(drawn)]
    words = joined(pieces, 120)
    shown = cues(captions(words))
    unescaped = [
        word.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        for _, lines in shown
        for line in lines
        for word in line.split(" ")
    ]
    assert unescaped == [one.text for one in words]
    for times, lines in shown:
        begin, end = (
            sum(float(part) * 60**at for at, part in enumerate(reversed(one.split(":"))))
            for one in times.split(" --> ")
        )
        assert begin < end
        assert end - begin <= LONGEST_S + 0.01 or " " not in " ".join(lines)
        assert len(lines) <= LINES and all(len(line) <= LINE * 6 for line in lines)
