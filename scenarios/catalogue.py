"""A pack of scenarios: the situations that a candidate meets, and what an assessor may look for in each answer."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from scenarios.reading import KEY, ContentError, keyed, many, matching, read, within
from scenarios.scheme import Scheme

# A person who speaks calmly says about 2.4 words a second, so these words last some 20 to 45 seconds.
WORDS_A_SECOND = 2.4
FEWEST_WORDS, MOST_WORDS = 45, 110

COLOUR = {"pattern": r"#[0-9a-f]{6}", "meaning": "een kleur als #a1b2c3"}


class PackError(ContentError):
    """A pack that cannot be used; `problems` is the full list."""


class Hair(StrEnum):
    SHORT = "short"
    LONG = "long"
    BOB = "bob"
    BUN = "bun"
    CURLS = "curls"
    PONYTAIL = "ponytail"
    RECEDING = "receding"


class Beard(StrEnum):
    NONE = "none"
    STUBBLE = "stubble"
    FULL = "full"
    MOUSTACHE = "moustache"


class VoiceKind(StrEnum):
    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Hints for a drawn stand-in of the actor. Colours are #rrggbb."""

    hair: Hair
    hair_colour: str = matching(**COLOUR)
    skin: str = matching(**COLOUR)
    clothes: str = matching(**COLOUR)
    background: str = matching(**COLOUR)
    glasses: bool
    beard: Beard


@dataclass(frozen=True, kw_only=True)
class Voice:
    """Hints for a synthetic voice: `pitch` from 0 (low) to 99 (high), `pace` in words a minute."""

    kind: VoiceKind
    pitch: int = within(0, 99)
    pace: int = within(90, 220)


@dataclass(frozen=True, kw_only=True)
class Person:
    """The one who speaks in the clip. `mood` is for the actor, never for the candidate."""

    name: str
    age: int = within(16, 99)
    role: str
    mood: str
    looks: Looks
    voice: Voice


@dataclass(frozen=True, kw_only=True)
class Guidance:
    """Things that an assessor may hear in an answer to this scenario, for one competency."""

    competency: str = matching(**KEY)
    weak: str
    sufficient: str
    strong: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One situation: what the candidate reads (`setting`, `question`), what the actor says (`spoken`).

    `competencies` are the keys that may be scored in its answers; `clip` and `captions` are names in the clips folder.
    """

    number: int = within(0, 99)
    key: str = keyed()
    title: str
    person: Person
    setting: str
    spoken: str
    question: str
    competencies: tuple[str, ...] = many(1, **KEY)
    guidance: tuple[Guidance, ...] = many(1)
    clip: str = matching(r"[0-9]{2}-[a-z0-9-]+\.mp4", "een bestandsnaam als 01-teruggebeld.mp4")
    captions: str = matching(r"[0-9]{2}-[a-z0-9-]+\.vtt", "een bestandsnaam als 01-teruggebeld.vtt")

    @property
    def words(self) -> int:
        return len(self.spoken.split())

    @property
    def spoken_s(self) -> float:
        """The estimated length of the spoken text in seconds."""
        return self.words / WORDS_A_SECOND

    def guide(self, competency: str) -> Guidance:
        return next(one for one in self.guidance if one.competency == competency)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """The scenarios of one version of an exam, in the order of their numbers, and one to practise with.

    `parallels`: further scenarios for the same slots. Each has the number of its slot, and shows what that one shows.
    """

    key: str = keyed()
    name: str
    number: int = within(1, 9999)
    scheme: str = matching(**KEY)
    practice: Scenario
    scenarios: tuple[Scenario, ...] = many(1)
    parallels: tuple[Scenario, ...] = many(0, default=())

    @property
    def everyone(self) -> tuple[Scenario, ...]:
        """All that there is a clip of."""
        return (self.practice, *self.scenarios, *self.parallels)

    def slot(self, number: int) -> tuple[Scenario, ...]:
        """The scenarios that may be met as this number, the parallel ones in their order; 0 is the practice round."""
        return tuple(one for one in self.everyone if one.number == number)

    def scenario(self, number: int, parallel: int = 0) -> Scenario:
        """The scenario with this number; 0 is the practice scenario. `parallel` counts within its slot, from 0."""
        return self.slot(number)[parallel]


def parse_pack(data: bytes, scheme: Scheme) -> Pack:
    """The pack in these TOML bytes. Raises PackError: first all that is misshapen, else all that `check` finds."""
    problems: list[str] = []
    pack: Pack | None = read(data, Pack, problems)
    if pack is not None:
        problems += check(pack, scheme)
    if pack is None or problems:
        raise PackError(problems)
    return pack


def check(pack: Pack, scheme: Scheme) -> list[str]:
    """The problems of a pack for this scheme, in plain Dutch sentences; empty when it may be used."""
    problems = []
    if pack.scheme != scheme.key:
        problems.append(f"Het pakket hoort bij {pack.scheme}, niet bij {scheme.key}.")
    if scheme.assessment is None:
        return [*problems, f"Het examen {scheme.name} heeft geen opgenomen antwoorden, dus geen situaties."]
    problems += _numbers(pack, scheme.assessment.scenarios)
    problems += _twice(pack)
    problems += _parallels(pack)
    for scenario in pack.everyone:
        problems += _scenario(scenario, {one.key for one in scheme.competencies})
    seen = Counter(key for scenario in pack.scenarios for key in set(scenario.competencies))
    needed = scheme.assessment.minimum_scenarios_per_competency
    for competency in scheme.competencies:
        if seen[competency.key] < needed:
            problems.append(
                f"{competency.name} komt in {seen[competency.key]} situaties voor; nodig zijn er minstens {needed}."
            )
    return problems


def _numbers(pack: Pack, needed: int) -> list[str]:
    problems = []
    if len(pack.scenarios) != needed:
        problems.append(f"Het pakket telt {len(pack.scenarios)} situaties; dat moeten er precies {needed} zijn.")
    if [one.number for one in pack.scenarios] != list(range(1, len(pack.scenarios) + 1)):
        problems.append("De situaties moeten op volgorde genummerd zijn, vanaf 1 en zonder gaten.")
    if pack.practice.number != 0:
        problems.append("De oefensituatie moet nummer 0 hebben.")
    return problems


def _parallels(pack: Pack) -> list[str]:
    """A parallel takes the place of a scenario, so it must show what that one shows."""
    problems, slots = [], {one.number: set(one.competencies) for one in pack.scenarios}
    for one in pack.parallels:
        which = f"De parallelle situatie {one.title}"
        if one.number not in slots:
            problems.append(f"{which} hoort bij nummer {one.number}, maar die situatie is er niet.")
        elif set(one.competencies) != slots[one.number]:
            problems.append(f"{which} moet dezelfde competenties laten zien als situatie {one.number}.")
    return problems


def _twice(pack: Pack) -> list[str]:
    everyone = pack.everyone
    kinds = {
        "De persoon": [one.person.name.casefold() for one in everyone],
        "De sleutel": [one.key for one in everyone],
        "De titel": [one.title for one in everyone],
        "Het filmpje": [one.clip for one in everyone],
        "De ondertiteling": [one.captions for one in everyone],
    }
    problems = []
    for what, names in kinds.items():
        for name in dict.fromkeys(names):
            numbers = [str(one.number) for one, other in zip(everyone, names, strict=True) if other == name]
            if len(numbers) > 1:
                shown = everyone[names.index(name)].person.name if what == "De persoon" else name
                problems.append(f"{what} {shown} komt in meer dan één situatie voor: {', '.join(numbers)}.")
    return problems


def _scenario(scenario: Scenario, known: set[str]) -> list[str]:
    which = f"Situatie {scenario.number} ({scenario.title})"
    problems = []
    for key in dict.fromkeys(scenario.competencies):
        if key not in known:
            problems.append(f"{which} noemt de competentie {key}, maar die kent het examen niet.")
        if scenario.competencies.count(key) > 1:
            problems.append(f"{which} noemt de competentie {key} meer dan één keer.")
    guided = [one.competency for one in scenario.guidance]
    for key in scenario.competencies:
        if guided.count(key) != 1:
            problems.append(
                f"{which} moet precies één beoordelingswijzer voor {key} hebben, maar heeft er {guided.count(key)}."
            )
    for key in dict.fromkeys(guided):
        if key not in scenario.competencies:
            problems.append(
                f"{which} heeft een beoordelingswijzer voor {key}, maar die competentie is hier niet zichtbaar."
            )
    if not FEWEST_WORDS <= scenario.words <= MOST_WORDS:
        problems.append(
            f"{which}: de gesproken tekst telt {scenario.words} woorden (ongeveer {scenario.spoken_s:.0f} seconden); "
            f"dat moeten er {FEWEST_WORDS} tot {MOST_WORDS} zijn."
        )
    if not scenario.question.endswith("?"):
        problems.append(f"{which}: de vraag aan de kandidaat moet eindigen met een vraagteken.")
    for name in (scenario.clip, scenario.captions):
        if not name.startswith(f"{scenario.number:02d}-"):
            problems.append(f"{which}: de bestandsnaam {name} moet beginnen met {scenario.number:02d}-.")
    if scenario.clip.rsplit(".", 1)[0] != scenario.captions.rsplit(".", 1)[0]:
        problems.append(f"{which}: het filmpje en de ondertiteling moeten dezelfde naam hebben.")
    return problems
