"""Content packages of QTI in Dutch: what came in, what did not and why, and what was left out."""

from collections.abc import Mapping
from enum import StrEnum

from review.item_analysis import Flag
from scenarios.theory.qti.findings import Why
from scenarios.theory_rules import Dropped
from storage.theory.items import ItemState, Kind, Rule

ITEM_STATES = {
    ItemState.DRAFT: ("concept", "neutral"),
    ItemState.REVIEWED: ("nagekeken", "accent"),
    ItemState.APPROVED: ("goedgekeurd", "accent"),
    ItemState.LIVE: ("in gebruik", "ok"),
    ItemState.RETIRED: ("uit gebruik", "danger"),
}
"""Each state with the colour in which it is shown."""

STEPS = {
    ItemState.DRAFT: "Terug naar concept",
    ItemState.REVIEWED: "Nagekeken",
    ItemState.APPROVED: "Goedkeuren",
    ItemState.LIVE: "In gebruik nemen",
    ItemState.RETIRED: "Uit gebruik nemen",
}
"""What the button says that brings an item to this state."""

ITEM_FLAGS = {
    Flag.TOO_FEW: ("te weinig gegevens", "neutral"),
    Flag.EASY: ("erg makkelijk", "warn"),
    Flag.HARD: ("erg moeilijk", "warn"),
    Flag.NEGATIVE: ("goede kandidaten hebben deze fout: klopt de sleutel?", "danger"),
    Flag.WEAK: ("onderscheidt weinig", "warn"),
    Flag.UNUSED_DISTRACTOR: ("een afleider kiest niemand", "neutral"),
    Flag.DISTRACTOR_OF_THE_GOOD: ("goede kandidaten kiezen een afleider", "danger"),
}

STAYS = {
    "theory_test_other_stands": "Er is een nieuwere toets van deze kandidaat.",
    "theory_test_under_certificate": "Op de uitslag rust een certificaat.",
    "theory_test_under_file": "Op de uitslag rust een goedgekeurd dossier.",
    "theory_test_under_session": "Op de uitslag rust een praktijktoets.",
    "drop_result_otherwise": "De uitslag die geldt, heeft KSF met de hand ingevoerd.",
}
"""Why a released result stays as it was when an item is dropped, by the rule that is kept with it."""

DROPPED = {
    Dropped.FULL_POINTS: "iedereen krijgt de punten van die vraag",
    Dropped.LEFT_OUT: "de vraag telt niet mee",
}
"""What an item that is dropped is worth."""

KINDS = {
    Kind.SINGLE: "één antwoord",
    Kind.MULTIPLE: "meer antwoorden",
    Kind.ORDER: "volgorde",
    Kind.MATCH: "koppelen",
    Kind.GAPS: "lege plekken",
}

FINDINGS: Mapping[StrEnum, str] = {
    Why.NO_ARCHIVE: "Dit is geen ZIP-bestand dat te lezen is",
    Why.NO_MANIFEST: "In het ZIP-bestand staat geen imsmanifest.xml",
    Why.OLD_VERSION: "Dit is QTI 1 of 2. Zet het pakket eerst om naar QTI 3.0",
    Why.NO_QTI: "Dit is geen vraag van QTI 3.0",
    Why.NO_XML: "Dit is geen XML die te lezen is",
    Why.DOCUMENT_TYPE: "De XML heeft een documenttype, en dat is niet veilig",
    Why.MISSING_FILE: "Dit bestand staat niet in het pakket",
    Why.OUTSIDE: "Deze verwijzing gaat naar buiten het pakket",
    Why.UNKNOWN_MEDIA: "Dit is geen plaatje of geluid dat elke browser kent",
    Why.TWICE: "Een andere vraag in het pakket heeft dezelfde naam",
    Why.INTERACTION: "Deze soort vraag kan Vignet niet tonen",
    Why.INTERACTIONS: "Een vraag heeft precies één soort antwoord; hier zijn het er",
    Why.ELEMENT: "Dit onderdeel kan Vignet niet tonen",
    Why.ATTRIBUTE: "Deze eigenschap kent Vignet niet",
    Why.VALUE: "Deze waarde ontbreekt, of mag niet volgens de standaard",
    Why.KEY: "Er is geen juist antwoord, of een dat niet gegeven kan worden",
    Why.RULE: "Zo kan Vignet geen punten tellen",
    Why.POINTS: "Met deze vraag is niets te verdienen",
    Why.NO_RULE: "Er staat niet hoe de punten worden geteld; goed is wat als juist antwoord staat",
    Why.FEEDBACK: "Uitleg bij een antwoord: niet overgenomen",
    Why.STYLE: "Een opmaakbestand: niet overgenomen",
    Why.RUBRIC: "Tekst die niet voor de kandidaat is: niet overgenomen",
    Why.NO_ALTERNATIVE: "Een plaatje of geluid zonder tekst erbij. Wie het niet ziet of hoort, mist het",
    Why.RESOURCE: "Iets anders in het pakket: niet overgenomen",
    Rule.NO_TERM: "Er is geen toetsterm die een online toets vraagt",
    Rule.KNOWN: "Deze vraag staat al in de vragenbank",
}


def finding(why: StrEnum, what: str) -> str:
    """One thing that was found in a package, in a sentence."""
    return f"{FINDINGS[why]}: {what}." if what else f"{FINDINGS[why]}."
