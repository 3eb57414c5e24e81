"""What was measured of a recording, in words: for the office, which explains to a candidate what went wrong."""

from collections.abc import Iterator, Mapping

from webapp.dutch import FAULTS, length, number

HOW = {"copied": "beeld overgenomen zoals het was", "re-encoded": "beeld opnieuw gecodeerd"}
SYNC = {"reports": "klok van de zender", "arrival": "moment van aankomst"}


def measured(figures: Mapping) -> list[tuple[str, str]]:
    """(what, how much) of the picture and the sound; nothing is said of what could not be measured."""
    return list(_measured(figures))


def _measured(found: Mapping) -> Iterator[tuple[str, str]]:
    if found.get("readable") is False:
        yield "Bestand", "niet te lezen"
    if found.get("width") and found.get("height"):
        yield "Beeld", f"{found['width']} × {found['height']} beeldpunten"
    if found.get("fps") is not None:
        yield "Beelden", f"{number(found['fps'], 1)} per seconde"
    yield from _lengths(found)
    if found.get("loudness_lufs") is not None:
        yield "Luidheid", f"{number(found['loudness_lufs'], 1)} LUFS"
    if found.get("clipping_share") is not None:
        yield "Te hard (vervormd)", f"{number(100 * found['clipping_share'], 1)} % van het geluid"
    if found.get("av_offset_ms") is not None:
        yield "Geluid en beeld", offset(found["av_offset_ms"])
    if found.get("how"):
        yield "Hoe de video is gemaakt", HOW.get(found["how"], found["how"])
    for remark in found.get("remarks", ()):
        yield "Opmerking", FAULTS.get(remark["kind"], remark["kind"])


LENGTHS = {
    "seconds": "Lengte",
    "audio_seconds": "Geluid",
    "speech_s": "Daarvan spraak",
    "silence_s": "Daarvan stilte",
    "freeze_s": "Stilstaand beeld",
    "black_s": "Zwart beeld",
}


def _lengths(found: Mapping) -> Iterator[tuple[str, str]]:
    for name, label in LENGTHS.items():
        if found.get(name) is not None:
            yield label, length(found[name])


def offset(milliseconds: float) -> str:
    """geluid 40 milliseconden later dan beeld"""
    whole = round(milliseconds)
    if abs(whole) < 1:
        return "gelijk"
    return f"geluid {abs(whole)} milliseconden {'later' if whole > 0 else 'eerder'} dan beeld"


def sessions(figures: Mapping) -> list[tuple[str, str, str, str]]:
    """Each live session: (its number, what became of the picture, of the sound, by which clock they were joined)."""
    return [
        (str(one["session"]), _packets(one["video"]), _packets(one["audio"]), SYNC.get(one["sync"], one["sync"]))
        for one in figures.get("loss", {}).get("sessions", ())
    ]


def _packets(track: Mapping) -> str:
    if not track["packets"]:
        return "niets ontvangen"
    lost = f"{track['lost']} verloren" if track["lost"] else "geen verloren"
    return f"{track['packets']} pakketten, {lost}"
