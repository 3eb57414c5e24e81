"""Measurements of a recording, in words: for the office, which explains to a candidate what went wrong."""

from collections.abc import Iterator, Mapping
from typing import Any

from webapp.dutch.formats import length, number
from webapp.dutch.terms import FAULTS

HOW = {"copied": "beeld overgenomen zoals het was", "re-encoded": "beeld opnieuw gecodeerd"}
SYNC = {"reports": "klok van de zender", "arrival": "moment van aankomst"}


def measured(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(what, how much) of the picture and the sound; nothing is said of what could not be measured."""
    return list(_measured(figures))


def _measured(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
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


TOOK = {
    "slices": "de stukken die de browser zelf opnam",
    "live": "de live-verbinding",
    "both": "de stukken van de browser, aangevuld met de live-verbinding",
    "nothing": "er is niets ontvangen",
}
WHY = {
    "whole": "De stukken zijn compleet en zo lang als de klok van de kandidaat zegt.",
    "gaps": "In de stukken ontbreekt beeld of geluid dat de live-verbinding wel heeft.",
    "slices_began_anew": "De browser begon opnieuw met opnemen. De live-verbinding is ononderbroken.",
    "other_length": "De stukken zijn compleet, maar niet zo lang als de klok van de kandidaat zegt.",
    "hole": "Er ontbreken stukken.",
    "cut_off": "De browser heeft de opname niet zelf afgesloten.",
    "hole_not_joined": "Er ontbreken stukken, en de twee bronnen konden niet worden samengevoegd.",
    "gaps_not_joined": "Er ontbreekt beeld of geluid, en de twee bronnen konden niet worden samengevoegd.",
    "other_length_not_joined": "De stukken hebben een andere lengte. De twee bronnen konden niet worden samengevoegd.",
    "cut_off_not_joined": "De browser sloot de opname niet zelf af, en de bronnen konden niet worden samengevoegd.",
    "other_faulty": "De bron die eerst gekozen was, had een technische fout. Deze had die niet.",
    "no_live": "Er is geen bruikbare live-verbinding geweest. De stukken zijn compleet.",
    "no_live_for_the_hole": "Er ontbreken stukken, en er is geen live-verbinding die ze aanvult.",
    "no_slices": "De browser heeft zelf geen stukken gestuurd.",
    "slices_unreadable": "De stukken van de browser zijn niet te lezen.",
}
BY = {
    "sound": "het geluid in beide bronnen",
    "clock": "de klok van de browser",
    "publish": "het begin van de verbinding",
    "nothing": "niets",
}
LATER = {"sound": "gelijkgezet met het geluid in de live-verbinding", "order": "achter wat er verder is"}


def decision(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which of the two roads was taken for the result, and by which figures."""
    return list(_decision(figures.get("decision") or {}))


def _decision(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not found:
        return
    yield "Gebruikt", TOOK.get(found["took"], found["took"])
    yield "Waarom", WHY.get(found["why"], found["why"])
    if found["page_s"] is not None:
        yield "Klok van de kandidaat", length(found["page_s"])
    if slices := found["slices"]:
        recorded = f"{slices['came']} van {slices['recorded']}" if slices["recorded"] else str(slices["came"])
        yield "Stukken", ", ".join([f"{recorded} ontvangen", *_road(slices)])
        holes = [f"{first} tot en met {last}" if last > first else str(first) for first, last in slices["holes"]]
        if holes:
            yield "Ontbrekende stukken", ", ".join(holes)
    if found["live"]:
        yield "Live-verbinding", ", ".join(_road(found["live"]))
    if found.get("faulty"):
        yield "Fout in de andere bron", ", ".join(FAULTS[kind] for kind in found["faulty"])
    if "cut_s" in found:
        yield "Overgang", f"na {length(found['cut_s'])}, gelijkgezet met {BY[found['by']]}"
    if filled := found.get("filled_s"):
        yield "Aangevuld", f"{number(filled['picture'], 1)} s beeld, {number(filled['sound'], 1)} s geluid"
    for later in found.get("added", ()):
        yield "Later begonnen opname", f"vanaf {length(later['after_s'])}, {LATER[later['by']]}"


def _road(road: Mapping[str, Any]) -> list[str]:
    if "frames" not in road:
        return ["niet te lezen"]
    return [f"{road['frames']} beelden", f"{number(road['seconds'], 1)} s", f"{number(road['audio_s'], 1)} s geluid"]


LENGTHS = {
    "seconds": "Lengte",
    "audio_seconds": "Geluid",
    "speech_s": "Daarvan spraak",
    "silence_s": "Daarvan stilte",
    "freeze_s": "Stilstaand beeld",
    "still_s": "Misschien stilstaand beeld",
    "black_s": "Zwart beeld",
}


def _lengths(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, label in LENGTHS.items():
        if found.get(name) is not None:
            yield label, length(found[name])


def offset(milliseconds: float) -> str:
    """geluid 40 milliseconden later dan beeld"""
    whole = round(milliseconds)
    if abs(whole) < 1:
        return "gelijk"
    return f"geluid {abs(whole)} milliseconden {'later' if whole > 0 else 'eerder'} dan beeld"


def sessions(figures: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    """Each live session: (its number, what became of the picture, of the sound, by which clock they were joined)."""
    return [
        (str(one["session"]), _packets(one["video"]), _packets(one["audio"]), SYNC.get(one["sync"], one["sync"]))
        for one in figures.get("loss", {}).get("sessions", ())
    ]


def _packets(track: Mapping[str, Any]) -> str:
    if not track["packets"]:
        return "niets ontvangen"
    lost = f"{track['lost']} verloren" if track["lost"] else "geen verloren"
    return f"{track['packets']} pakketten, {lost}"
