"""An item of QTI 3.0: exactly one interaction that we have, a key, and one of the two standard rules of scoring.

Defaults are those of the schema of QTI 3.0.1: no shuffling, one choice, one association, and an order of all options.
A gap match without a number of associations fills as many gaps as there are.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from xml.etree.ElementTree import Element

from scenarios.theory.content import Content
from scenarios.theory.items import (
    Choice,
    GapMatch,
    Interaction,
    Item,
    MapResponse,
    Match,
    MatchCorrect,
    Option,
    Order,
    PairOption,
    Response,
    best_choice,
    faults,
)
from scenarios.theory.qti.content_reader import INTERACTIONS, ContentReader, Resolve
from scenarios.theory.qti.findings import QTI, Findings, Why, local
from scenarios.theory.qti.xml_tree import XML, DocumentTypeError, XMLError, parse

_REFUSED = (
    *("qti-context-declaration", "qti-template-declaration", "qti-template-processing", "qti-assessment-stimulus-ref"),
    *("qti-companion-materials-info", "qti-catalog-info", "qti-interaction-modules"),
)
_CHOICE = frozenset(("response-identifier", "shuffle", "min-choices", "max-choices", "orientation", "required"))
_PAIRS = frozenset(("response-identifier", "shuffle", "min-associations", "max-associations"))
_OPTION = frozenset(("identifier", "fixed", "show-hide"))
_PAIR_OPTION = _OPTION | {"match-max", "match-min"}
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")


def read_item(data: bytes, findings: Findings, resolve: Resolve, term: str = "", source: str = "") -> Item | None:
    """The item in this XML; None when something refuses it, and then `findings` has every reason."""
    try:
        root = parse(data)
    except DocumentTypeError:
        findings.refuse(Why.DOCUMENT_TYPE)
        return None
    except XMLError as error:
        findings.refuse(Why.NO_XML, str(error))
        return None
    if root.tag != f"{{{QTI}}}qti-assessment-item":
        space = root.tag[1:].rpartition("}")[0]
        old = "qti" in space.lower() and "v3p0" not in space
        findings.refuse(Why.OLD_VERSION if old else Why.NO_QTI, space if old else root.tag)
        return None
    return _ItemReader(root, findings, resolve).item(term, source)


class _ItemReader:
    def __init__(self, root: Element, findings: Findings, resolve: Resolve):
        self._root = root
        self._findings = findings
        self._content = ContentReader(findings, resolve)

    def item(self, term: str, source: str) -> Item | None:
        root, findings = self._root, self._findings
        self._head()
        body = root.find(f"{{{QTI}}}qti-item-body")
        found = [one for one in ([] if body is None else body.iter()) if local(one.tag) in INTERACTIONS]
        content: Content = ()
        language = root.get(f"{XML}lang", "")
        if body is not None:
            # What is read is in the language of the body, where it says its own.
            language = body.get(f"{XML}lang", language)
            self._content.attributes(body, frozenset((f"{XML}lang",)))
            content = self._content.read(body)
        if len(found) != 1:
            if all(one.why is not Why.INTERACTION for one in findings.refused):
                findings.refuse(Why.INTERACTIONS, str(len(found)))
            return None
        interaction = self._interaction(found[0])
        declaration = self._declaration(found[0].get("response-identifier", ""))
        if declaration is None or interaction is None:
            return None
        interaction = self._cardinal(interaction, declaration)
        correct = self._key(declaration)
        scoring = self._scoring(declaration, bool(correct))
        if findings.refused or scoring is None:
            return None
        if not correct and isinstance(scoring, MapResponse) and isinstance(interaction, Choice):
            correct = best_choice(interaction, scoring)
        item = Item(
            key=root.get("identifier", ""),
            title=root.get("title", ""),
            language=language,
            term=term,
            source=source,
            body=content,
            interaction=interaction,
            correct=correct,
            scoring=scoring,
        )
        return self._sound(item)

    def _sound(self, item: Item) -> Item | None:
        """The item, if it can be used."""
        reasons = {"key": (Why.KEY, ", ".join(item.correct)), "points": (Why.POINTS, "")}
        for fault in faults(item):
            self._findings.refuse(*reasons.get(fault, (Why.VALUE, fault)))
        return None if self._findings.refused else item

    def _head(self) -> None:
        root, findings = self._root, self._findings
        if not root.get("identifier"):
            findings.refuse(Why.VALUE, "identifier")
        for name in ("adaptive", "time-dependent"):
            if _true(root, name):
                findings.refuse(Why.ATTRIBUTE, name)
        if f"{XML}base" in root.attrib:
            findings.refuse(Why.ATTRIBUTE, "xml:base")
        for child in root:
            name = local(child.tag)
            if name == "qti-modal-feedback":
                findings.remark(Why.FEEDBACK, name)
            elif name == "qti-stylesheet":
                findings.remark(Why.STYLE, child.get("href", ""))
            elif name in _REFUSED or not child.tag.startswith(f"{{{QTI}}}"):
                findings.refuse(Why.ELEMENT, name)
            elif name == "qti-outcome-declaration":
                self._outcome(child)

    def _outcome(self, declaration: Element) -> None:
        if (by := declaration.get("external-scored", "none")) != "none":
            self._findings.refuse(Why.RULE, f"external-scored {by}")
        if declaration.get("identifier") == "SCORE":
            for one in declaration.iter(f"{{{QTI}}}qti-value"):
                if self._fraction(one.text or "", "SCORE"):
                    self._findings.refuse(Why.RULE, "SCORE does not begin at 0")

    # The interaction.

    def _interaction(self, one: Element) -> Interaction | None:
        name, shuffle = local(one.tag), _true(one, "shuffle")
        prompt: Content = ()
        for element in one.findall(f"{{{QTI}}}qti-prompt"):
            self._content.attributes(element, frozenset())
            prompt = self._content.read(element)
        if name == "qti-choice-interaction":
            options = self._options(one, "qti-simple-choice", _CHOICE)
            least, most = self._whole(one, "min-choices", 0), self._whole(one, "max-choices", 1) or len(options)
            most = min(most, len(options))
            return Choice(prompt=prompt, options=options, shuffle=shuffle, least=least, most=most)
        if name == "qti-inline-choice-interaction":
            options = self._options(one, "qti-inline-choice", _CHOICE)
            least = max(self._whole(one, "min-choices", 0), int(_true(one, "required")))
            return Choice(options=options, shuffle=shuffle, least=least, inline=True)
        if name == "qti-order-interaction":
            options = self._options(one, "qti-simple-choice", _CHOICE)
            most = min(self._whole(one, "max-choices", 0) or len(options), len(options))
            least = self._whole(one, "min-choices", most)
            return Order(prompt=prompt, options=options, shuffle=shuffle, least=least, most=most)
        if name == "qti-match-interaction":
            return self._match(one, prompt, shuffle)
        return self._gap_match(one, prompt, shuffle)

    def _match(self, one: Element, prompt: Content, shuffle: bool) -> Match | None:
        self._content.attributes(one, _PAIRS)
        sets = one.findall(f"{{{QTI}}}qti-simple-match-set")
        self._only(one, ("qti-prompt", "qti-simple-match-set"))
        if len(sets) != 2:
            self._findings.refuse(Why.VALUE, f"qti-simple-match-set: {len(sets)}")
            return None
        left, right = (self._pair_options(side, ("qti-simple-associable-choice",)) for side in sets)
        for side in sets:
            self._only(side, ("qti-simple-associable-choice",))
        least, most = self._whole(one, "min-associations", 0), self._whole(one, "max-associations", 1)
        return Match(prompt=prompt, left=left, right=right, shuffle=shuffle, least=least, most=most)

    def _gap_match(self, one: Element, prompt: Content, shuffle: bool) -> GapMatch:
        self._content.attributes(one, _PAIRS)
        kinds = ("qti-gap-text", "qti-gap-img")
        return GapMatch(
            prompt=prompt,
            text=self._content.read(one, without=("qti-prompt", *kinds)),
            options=self._pair_options(one, kinds),
            shuffle=shuffle,
            least=self._whole(one, "min-associations", 0),
            most=self._whole(one, "max-associations", 0),
        )

    def _options(self, parent: Element, kind: str, attributes: frozenset[str]) -> tuple[Option, ...]:
        self._content.attributes(parent, attributes)
        self._only(parent, (kind,) if kind == "qti-inline-choice" else ("qti-prompt", kind))
        found = []
        for one in parent.findall(f"{{{QTI}}}{kind}"):
            self._content.attributes(one, _OPTION)
            self._shown(one)
            found.append(
                Option(key=one.get("identifier", ""), content=self._content.read(one), fixed=_true(one, "fixed"))
            )
        return tuple(found)

    def _pair_options(self, parent: Element, kinds: Sequence[str]) -> tuple[PairOption, ...]:
        found = []
        for one in parent:
            if local(one.tag) not in kinds:
                continue
            self._content.attributes(one, _PAIR_OPTION)
            self._shown(one)
            if "match-max" not in one.attrib:
                self._findings.refuse(Why.VALUE, "match-max")
            found.append(
                PairOption(
                    key=one.get("identifier", ""),
                    content=self._content.read(one),
                    fixed=_true(one, "fixed"),
                    least=self._whole(one, "match-min", 0),
                    most=self._whole(one, "match-max", 1),
                )
            )
        return tuple(found)

    def _only(self, parent: Element, known: Sequence[str]) -> None:
        for child in parent:
            if local(child.tag) not in known:
                self._findings.refuse(Why.ELEMENT, f"{local(child.tag)} ({local(parent.tag)})")

    def _shown(self, one: Element) -> None:
        if one.get("show-hide", "show") != "show":
            self._findings.refuse(Why.ATTRIBUTE, f"show-hide ({local(one.tag)})")

    # The key and what it is worth.

    def _declaration(self, identifier: str) -> Element | None:
        declared = self._root.findall(f"{{{QTI}}}qti-response-declaration")
        found = [one for one in declared if one.get("identifier") == identifier]
        for one in declared:
            if one not in found:
                self._findings.refuse(Why.ELEMENT, f"qti-response-declaration {one.get('identifier', '')}")
        if len(found) != 1:
            self._findings.refuse(Why.VALUE, f"response-identifier {identifier}")
            return None
        self._only(found[0], ("qti-correct-response", "qti-mapping"))
        return found[0]

    def _cardinal(self, one: Interaction, declaration: Element) -> Interaction:
        """The interaction, with what its declaration says: the cardinality tells a single choice from a multiple."""
        kind, cardinality = declaration.get("base-type", ""), declaration.get("cardinality", "")
        pairs = isinstance(one, Match | GapMatch)
        if kind != ("directedPair" if pairs else "identifier"):
            self._findings.refuse(Why.VALUE, f"base-type {kind}")
        allowed = ("ordered",) if isinstance(one, Order) else ("single", "multiple")
        if cardinality not in allowed or (isinstance(one, Choice) and one.inline and cardinality != "single"):
            self._findings.refuse(Why.VALUE, f"cardinality {cardinality}")
        elif isinstance(one, Choice):
            return replace(one, multiple=True) if cardinality == "multiple" else replace(one, most=1)
        elif cardinality == "single" and not isinstance(one, Order):
            return replace(one, most=1)
        return one

    def _key(self, declaration: Element) -> Response:
        values = [_value(one.text) for one in declaration.findall(f"{{{QTI}}}qti-correct-response/{{{QTI}}}qti-value")]
        return tuple(values)

    def _scoring(self, declaration: Element, keyed: bool) -> MatchCorrect | MapResponse | None:
        processing = self._root.find(f"{{{QTI}}}qti-response-processing")
        if processing is None or (not len(processing) and "template" not in processing.attrib):
            self._findings.remark(Why.NO_RULE)
            rule: MatchCorrect | MapResponse | None = MatchCorrect()
        elif len(processing):
            rule = self._written_out(processing, declaration.get("identifier", ""))
        else:
            rule = self._by_template(processing.get("template", ""), declaration)
        if isinstance(rule, MatchCorrect) and not keyed:
            self._findings.refuse(Why.KEY, "")
        return rule

    def _by_template(self, template: str, declaration: Element) -> MatchCorrect | MapResponse | None:
        # The address has many spellings; nothing is fetched from it.
        name = template.strip().rpartition("/")[2].removesuffix(".xml")
        if name not in ("match_correct", "map_response"):
            self._findings.refuse(Why.RULE, template)
        elif declaration.get("identifier") != "RESPONSE":
            self._findings.refuse(Why.RULE, f"{name} without RESPONSE")
        else:
            return MatchCorrect() if name == "match_correct" else self._mapping(declaration)
        return None

    def _mapping(self, declaration: Element) -> MapResponse | None:
        mapping = declaration.find(f"{{{QTI}}}qti-mapping")
        if mapping is None:
            self._findings.refuse(Why.RULE, "map_response without qti-mapping")
            return None
        self._content.attributes(mapping, frozenset(("default-value", "lower-bound", "upper-bound")))
        values: dict[str, Fraction] = {}
        for one in mapping:
            key = _value(one.get("map-key", ""))
            if key in values:
                self._findings.refuse(Why.VALUE, f"map-key {key}")
            values[key] = self._decimal(one, "mapped-value") or Fraction(0)
        return MapResponse(
            values=tuple(values.items()),
            default=self._decimal(mapping, "default-value", "0") or Fraction(0),
            low=self._decimal(mapping, "lower-bound") if "lower-bound" in mapping.attrib else None,
            high=self._decimal(mapping, "upper-bound") if "upper-bound" in mapping.attrib else None,
        )

    def _written_out(self, processing: Element, response: str) -> MatchCorrect | None:
        """The rule of match_correct where it stands in full, as many programs write it."""
        shape, points = _shape(processing), [_value(one.text) for one in processing.iter(f"{{{QTI}}}qti-base-value")]
        if_right = f"qti-response-if(qti-match(qti-variable[{response}] qti-correct[{response}]) SET)"
        whole = f"qti-response-processing(qti-response-condition({if_right}ELSE))"
        setting = "qti-set-outcome-value[SCORE](qti-base-value)"
        for other in ("", f" qti-response-else({setting})"):
            if shape == whole.replace("SET", setting).replace("ELSE", other):
                worth = [self._fraction(one, "qti-base-value") for one in points]
                if not any(worth[1:]) and worth[0] is not None:
                    return MatchCorrect(worth[0])
        self._findings.refuse(Why.RULE, " ".join(local(one.tag) for one in list(processing.iter())[1:6]))
        return None

    # Values.

    def _whole(self, one: Element, name: str, default: int) -> int:
        text = one.get(name, str(default)).strip()
        if not re.fullmatch(r"\d{1,6}", text, re.ASCII):
            self._findings.refuse(Why.VALUE, f"{name} {text}")
            return default
        return int(text)

    def _decimal(self, one: Element, name: str, default: str = "") -> Fraction | None:
        return self._fraction(one.get(name, default), name)

    def _fraction(self, text: str, name: str) -> Fraction | None:
        if not _DECIMAL.fullmatch(text.strip()):
            self._findings.refuse(Why.VALUE, f"{name} {text}")
            return None
        return Fraction(text.strip())


def _true(one: Element, name: str) -> bool:
    return one.get(name, "false").strip() in ("true", "1")


def _value(text: str | None) -> str:
    """A value of a response: padding, and what stands between the two of a pair, means nothing."""
    return " ".join((text or "").split())


def _shape(one: Element) -> str:
    identifier = one.get("identifier")
    inside = " ".join(_shape(child) for child in one)
    return local(one.tag) + (f"[{identifier}]" if identifier else "") + (f"({inside})" if inside else "")
