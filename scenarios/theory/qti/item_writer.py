"""An item as an XML document of QTI 3.0."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, tostring

from scenarios.theory.content import Content, Gap, Markup, Node, Picture, Place, Sound
from scenarios.theory.items import Choice, GapMatch, Interaction, Item, MapResponse, Match, Option, Order, PairOption
from scenarios.theory.qti.findings import QTI
from scenarios.theory.qti.xml_tree import XML

TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"
_SCHEMA = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0p1_v1p0.xsd"

Address = Callable[[str], tuple[str, str]]
"""The address of a path of the package as the item's file writes it, and its media type."""


def write_item(item: Item, address: Address) -> bytes:
    """The document. Raises ValueError for points that no decimal fraction can write."""
    return document(_ItemWriter(item, address).root())


def document(root: Element) -> bytes:
    """A document in UTF-8, with its declaration."""
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


class _ItemWriter:
    def __init__(self, item: Item, address: Address):
        self._item = item
        self._address = address

    def root(self) -> Element:
        item = self._item
        root = Element(
            "qti-assessment-item",
            {
                "xmlns": QTI,
                "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                "xsi:schemaLocation": f"{QTI} {_SCHEMA}",
                "identifier": item.key,
                "title": item.title,
                "adaptive": "false",
                "time-dependent": "false",
            },
        )
        if item.language:
            root.set(f"{XML}lang", item.language)
        root.append(self._declaration())
        score = {"identifier": "SCORE", "cardinality": "single", "base-type": "float"}
        SubElement(root, "qti-outcome-declaration", score)
        self._fill(SubElement(root, "qti-item-body"), item.body)
        root.append(self._processing())
        return root

    def _declaration(self) -> Element:
        item = self._item
        one = item.interaction
        many = "ordered" if isinstance(one, Order) else "multiple"
        cardinality = "single" if isinstance(one, Choice) and not one.multiple else many
        kind = "directedPair" if isinstance(one, Match | GapMatch) else "identifier"
        named = {"identifier": "RESPONSE", "cardinality": cardinality, "base-type": kind}
        declaration = Element("qti-response-declaration", named)
        correct = SubElement(declaration, "qti-correct-response")
        for value in item.correct:
            SubElement(correct, "qti-value").text = value
        if isinstance(item.scoring, MapResponse):
            declaration.append(_mapping(item.scoring))
        return declaration

    def _processing(self) -> Element:
        scoring = self._item.scoring
        if isinstance(scoring, MapResponse):
            return Element("qti-response-processing", template=f"{TEMPLATES}map_response.xml")
        if scoring.points == 1:
            return Element("qti-response-processing", template=f"{TEMPLATES}match_correct.xml")
        processing = Element("qti-response-processing")
        condition = SubElement(processing, "qti-response-condition")
        right = SubElement(condition, "qti-response-if")
        match = SubElement(right, "qti-match")
        SubElement(match, "qti-variable", identifier="RESPONSE")
        SubElement(match, "qti-correct", identifier="RESPONSE")
        for branch, points in ((right, scoring.points), (SubElement(condition, "qti-response-else"), Fraction(0))):
            outcome = SubElement(branch, "qti-set-outcome-value", identifier="SCORE")
            SubElement(outcome, "qti-base-value", {"base-type": "float"}).text = decimal(points)
        return processing

    def _interaction(self, one: Interaction) -> Element:
        if isinstance(one, Choice):
            name = "qti-inline-choice-interaction" if one.inline else "qti-choice-interaction"
            values = {"min-choices": one.least} if one.inline else {"min-choices": one.least, "max-choices": one.most}
        elif isinstance(one, Order):
            name, values = "qti-order-interaction", {"min-choices": one.least, "max-choices": one.most}
        else:
            name = "qti-match-interaction" if isinstance(one, Match) else "qti-gap-match-interaction"
            values = {"min-associations": one.least, "max-associations": one.most}
        element = Element(name, {"response-identifier": "RESPONSE", "shuffle": _boolean(one.shuffle)})
        for key, value in values.items():
            element.set(key, str(value))
        if one.prompt:
            self._fill(SubElement(element, "qti-prompt"), one.prompt)
        if isinstance(one, Match):
            for side in (one.left, one.right):
                part = SubElement(element, "qti-simple-match-set")
                self._options(part, side, "qti-simple-associable-choice")
        elif isinstance(one, GapMatch):
            for option in one.options:
                words = all(isinstance(node, str) for node in option.content)
                self._options(element, (option,), "qti-gap-text" if words else "qti-gap-img")
            self._fill(element, one.text, after=True)
        else:
            kind = "qti-inline-choice" if isinstance(one, Choice) and one.inline else "qti-simple-choice"
            self._options(element, one.options, kind)
        return element

    def _options(self, parent: Element, options: tuple[Option, ...], kind: str) -> None:
        for one in options:
            element = SubElement(parent, kind, identifier=one.key)
            if one.fixed:
                element.set("fixed", "true")
            if isinstance(one, PairOption):
                element.set("match-max", str(one.most))
                if one.least:
                    element.set("match-min", str(one.least))
            self._fill(element, one.content)

    def _fill(self, parent: Element, content: Content, after: bool = False) -> None:
        """Puts content in an element; `after` what is in it already."""
        last = parent[-1] if after and len(parent) else None
        for node in content:
            if isinstance(node, str):
                if last is None:
                    parent.text = (parent.text or "") + node
                else:
                    last.tail = (last.tail or "") + node
                continue
            last = self._node(node)
            parent.append(last)

    def _node(self, node: Node) -> Element:
        if isinstance(node, Place):
            return self._interaction(self._item.interaction)
        if isinstance(node, Gap):
            return Element("qti-gap", identifier=node.key)
        if isinstance(node, Markup):
            element = Element(node.tag)
            for name, value in node.attributes:
                element.set(f"{XML}lang" if name == "lang" else name, value)
            self._fill(element, node.children)
            return element
        if isinstance(node, Picture):
            return Element("img", src=self._address(node.path)[0], alt=node.alternative)
        if isinstance(node, Sound):
            href, kind = self._address(node.path)
            element = Element("object", data=href, type=kind)
            element.text = node.alternative or None
            return element
        raise TypeError(node)


def _mapping(scoring: MapResponse) -> Element:
    mapping = Element("qti-mapping", {"default-value": decimal(scoring.default)})
    for name, bound in (("lower-bound", scoring.low), ("upper-bound", scoring.high)):
        if bound is not None:
            mapping.set(name, decimal(bound))
    for key, points in scoring.values:
        SubElement(mapping, "qti-map-entry", {"map-key": key, "mapped-value": decimal(points)})
    return mapping


def decimal(points: Fraction) -> str:
    """The exact decimal of these points. Raises ValueError where there is none, such as a third."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    if Fraction(exact) != points:
        raise ValueError(f"{points} is no decimal fraction")
    return f"{exact:f}"


def _boolean(value: bool) -> str:
    return "true" if value else "false"
