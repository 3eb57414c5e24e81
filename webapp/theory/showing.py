"""An item as HTML: its content, and for each kind of question the controls that every browser and reader knows.

A response is what the controls named `r` hold, in the order in which they stand, without empty ones: a key of an
option, or a pair of two keys. So a form sends it, and the script of a page reads it, in one way for all kinds.
"""

from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from scenarios.theory.content import Content, Gap, Node, Picture, Place, Sound, text_of
from scenarios.theory.content import Markup as Element
from scenarios.theory.items import Choice, GapMatch, Item, Match, Option, Order, PairOption, Response, options_of

Address = Callable[[str], str]
"""The address of a picture or sound, by its path."""
NOTHING = Markup("")
_EMPTY = {"br", "hr"}
_NO_CHOICE = Markup('<option value="">Kies</option>')


class Shown:
    """One item with its options in this order, and the response that was given so far.

    `sides`: the keys of the options as `forms.arranged` answers them. `name` begins the ids of its controls.
    """

    def __init__(self, item: Item, sides: Sequence[Sequence[str]], response: Response, name: str, address: Address):
        self._item, self._sides, self._given, self._name, self._address = item, sides, response, name, address

    def html(self) -> Markup:
        """The whole question."""
        one = self._item.interaction
        if isinstance(one, Choice) and one.inline:
            return self._content(self._item.body, self._inline(one))
        return self._content(self._item.body, self._asked())

    def _asked(self) -> Markup:
        one = self._item.interaction
        if isinstance(one, Choice):
            return self._choice(one)
        if isinstance(one, Order):
            return self._order(one)
        return self._match(one) if isinstance(one, Match) else self._gap_match(one)

    def _choice(self, one: Choice) -> Markup:
        kind = "checkbox" if one.multiple else "radio"
        many = f"Kies er {one.most}." if one.multiple and one.least == one.most else ""
        if one.multiple and not many:
            many = "U mag meer dan één antwoord kiezen."
        rows = Markup("").join(
            Markup('<label class="choice"><input type="{}" name="r" value="{}"{}><span>{}</span></label>').format(
                kind, option.key, _checked(option.key in self._given), self._content(option.content)
            )
            for option in self._ordered(one.options, 0)
        )
        return self._group(
            one.prompt, many, Markup('<div class="choices" data-most="{}">{}</div>').format(one.most, rows)
        )

    def _inline(self, one: Choice) -> Markup:
        options = [(option.key, text_of(option.content)) for option in self._ordered(one.options, 0)]
        return self._select(options, "Kies het woord dat hier hoort", self._given)

    def _order(self, one: Order) -> Markup:
        shown = list(self._ordered(one.options, 0))
        rows = Markup("").join(
            Markup('<li><span class="sr-only">Plaats {}: </span>{}</li>').format(
                place + 1,
                self._select(
                    [(option.key, text_of(option.content)) for option in shown],
                    f"Plaats {place + 1}",
                    self._given[place : place + 1],
                ),
            )
            for place in range(one.most)
        )
        listed = Markup('<ol class="item-order" data-once>{}</ol>').format(rows)
        return self._group(one.prompt, "Kies bij elke plaats wat daar hoort. Plaats 1 komt eerst.", listed)

    def _match(self, one: Match) -> Markup:
        right = list(self._ordered(one.right, 1))
        rows = Markup("").join(self._match_row(left, right) for left in self._ordered(one.left, 0))
        once = all(isinstance(option, PairOption) and option.most == 1 for option in right)
        table = Markup('<dl class="item-match"{}>{}</dl>').format(Markup(" data-once") if once else "", rows)
        return self._group(one.prompt, "Kies bij elke regel wat erbij hoort.", table)

    def _match_row(self, left: Option, right: Sequence[Option]) -> Markup:
        words = text_of(left.content)
        if isinstance(left, PairOption) and left.most == 1:
            pairs = [(f"{left.key} {option.key}", text_of(option.content)) for option in right]
            control = self._select(pairs, f"Bij: {words}", self._given)
        else:
            control = Markup("").join(
                Markup(
                    '<label class="choice"><input type="checkbox" name="r" value="{}"{}><span>{}'
                    '<span class="sr-only"> bij {}</span></span></label>'
                ).format(
                    f"{left.key} {option.key}",
                    _checked(f"{left.key} {option.key}" in self._given),
                    self._content(option.content),
                    words,
                )
                for option in right
            )
        return Markup("<dt>{}</dt><dd>{}</dd>").format(self._content(left.content), control)

    def _gap_match(self, one: GapMatch) -> Markup:
        shown = list(self._ordered(one.options, 0))
        once = all(isinstance(option, PairOption) and option.most == 1 for option in shown)

        def gap(key: str) -> Markup:
            number = one.gaps.index(key) + 1
            pairs = [(f"{option.key} {key}", text_of(option.content)) for option in shown]
            return self._select(pairs, f"Lege plek {number} van {len(one.gaps)}", self._given)

        text = Markup('<div class="item-gaps"{}>{}</div>').format(
            Markup(" data-once") if once else "", self._content(one.text, gap=gap)
        )
        return self._group(one.prompt, "Kies op elke lege plek wat daar hoort.", text)

    def _select(self, options: Sequence[tuple[str, str]], label: str, chosen: Sequence[str]) -> Markup:
        rows = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(key, Markup(" selected") if key in chosen else "", words)
            for key, words in options
        )
        return Markup('<select class="control" name="r" aria-label="{}">{}{}</select>').format(label, _NO_CHOICE, rows)

    def _group(self, prompt: Content, hint: str, controls: Markup) -> Markup:
        legend = self._content(prompt) or escape(self._item.title)
        return Markup('<fieldset class="field item-asked"><legend>{}</legend>{}{}</fieldset>').format(
            legend, Markup('<p class="field-hint">{}</p>').format(hint) if hint else "", controls
        )

    def _ordered(self, options: Sequence[Option], side: int) -> list[Option]:
        by_key = {one.key: one for one in options}
        return [by_key[key] for key in self._sides[side]]

    def _content(self, content: Content, place: Markup = NOTHING, gap: Callable[[str], Markup] | None = None) -> Markup:
        return Markup("").join(self._node(node, place, gap) for node in content)

    def _node(self, node: Node, place: Markup, gap: Callable[[str], Markup] | None) -> Markup:
        if isinstance(node, str):
            return escape(node)
        if isinstance(node, Place):
            return place
        if isinstance(node, Gap):
            return gap(node.key) if gap else NOTHING
        if isinstance(node, Picture):
            return Markup('<img class="item-picture" src="{}" alt="{}">').format(
                self._address(node.path), node.alternative
            )
        if isinstance(node, Sound):
            return self._sound(node)
        return self._element(node, place, gap)

    def _sound(self, node: Sound) -> Markup:
        """A sound with the browser's own controls; who cannot hear it reads it."""
        player = Markup('<audio class="item-sound" controls preload="auto" src="{}"></audio>').format(
            self._address(node.path)
        )
        if not node.alternative:
            return player
        return player + Markup(
            '<details class="more"><summary>Lees wat er te horen is</summary><p>{}</p></details>'
        ).format(node.alternative)

    def _element(self, node: Element, place: Markup, gap: Callable[[str], Markup] | None) -> Markup:
        # The page has its own headings above the item's.
        tag = "p" if node.tag in ("h1", "h2", "h3", "h4", "h5", "h6") else node.tag
        attributes = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in node.attributes)
        if tag in _EMPTY:
            return Markup("<{}{}>").format(tag, attributes)
        return Markup("<{0}{1}>{2}</{0}>").format(tag, attributes, self._content(node.children, place, gap))


def _checked(yes: bool) -> Markup:
    return Markup(" checked") if yes else Markup("")


def right_answer(item: Item) -> list[str]:
    """The key in words: an option each, or a pair."""
    words = {option.key: text_of(option.content) for option in options_of(item.interaction)}
    if isinstance(item.interaction, GapMatch):
        words |= {key: f"lege plek {number}" for number, key in enumerate(item.interaction.gaps, start=1)}
    return [" bij ".join(words[key] for key in value.split(" ")) for value in item.correct]
