"""The content of an item from QTI 3.0: its subset of HTML, pictures and sounds.

What only decorates (classes, ids, widths) is left behind; what a candidate would see or hear, and is not supported, is
refused by name.
"""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element

from scenarios.theory.content import ATTRIBUTES, TAGS, Content, Gap, Markup, Node, Picture, Place, Sound, tidy
from scenarios.theory.qti.findings import Findings, Why, local
from scenarios.theory.qti.xml_tree import XML

INTERACTIONS = frozenset(
    (
        *("qti-choice-interaction", "qti-inline-choice-interaction", "qti-order-interaction"),
        *("qti-match-interaction", "qti-gap-match-interaction"),
    )
)
_DECORATION = frozenset(
    ("class", "id", "style", "width", "height", "align", "valign", "label", "border", "type", "controls", "preload")
)
_FEEDBACK = ("qti-feedback-inline", "qti-feedback-block")

Resolve = Callable[[str], str | None]
"""The path in the package to which an address leads; None when there is nothing, which was noted."""


class ContentReader:
    """Reads content of one item. `resolve` finds the file of a picture or sound."""

    def __init__(self, findings: Findings, resolve: Resolve):
        self._findings = findings
        self._resolve = resolve

    def read(self, parent: Element, without: tuple[str, ...] = ()) -> Content:
        """What stands in an element, but for children called `without`."""
        return tidy(self._nodes(parent, without))

    def attributes(self, element: Element, known: frozenset[str]) -> None:
        """Notes every attribute that is neither known nor mere decoration."""
        for name, value in element.attrib.items():
            if name not in known | _DECORATION and not name.startswith("data-") and (name, value) != ("dir", "ltr"):
                self._findings.refuse(Why.ATTRIBUTE, f"{name.replace(XML, 'xml:')} ({local(element.tag)})")

    def _nodes(self, parent: Element, without: tuple[str, ...] = ()) -> Iterator[Node]:
        yield parent.text or ""
        for child in parent:
            if (name := local(child.tag)) not in without:
                yield from self._node(child, name)
            yield child.tail or ""

    def _node(self, element: Element, name: str) -> Iterator[Node]:
        if name in INTERACTIONS:
            yield Place()
        elif name == "qti-gap":
            self.attributes(element, frozenset(("identifier", "required")))
            yield Gap(element.get("identifier", ""))
        elif name in TAGS:
            yield self._markup(element, name)
        elif name in ("img", "object", "audio"):
            yield from self._media(element, name)
        elif name in _FEEDBACK and element.get("show-hide") != "hide":
            # An exam gives no feedback; until an outcome is set, this stays hidden.
            self._findings.remark(Why.FEEDBACK, name)
        elif name == "qti-rubric-block" and "candidate" not in (view := element.get("view", "candidate")).split():
            self._findings.remark(Why.RUBRIC, view)
        else:
            self._findings.refuse(Why.INTERACTION if name.endswith("-interaction") else Why.ELEMENT, name)

    def _markup(self, element: Element, name: str) -> Markup:
        self.attributes(element, ATTRIBUTES | {f"{XML}lang"})
        values = {key: element.attrib[key] for key in sorted(ATTRIBUTES & element.attrib.keys())}
        if language := element.get(f"{XML}lang"):
            values["lang"] = language
        return Markup(name, tuple(self._nodes(element)), tuple(sorted(values.items())))

    def _media(self, element: Element, name: str) -> Iterator[Picture | Sound]:
        kind = element.get("type", "")
        sound = name == "audio" or (name == "object" and kind.startswith("audio/"))
        if name == "object" and not sound and not kind.startswith("image/"):
            self._findings.refuse(Why.ELEMENT, f"object ({kind or 'no type'})")
            return
        self.attributes(element, frozenset(("src", "alt", "data")))
        href = element.get("data" if name == "object" else "src", "")
        sources = [child for child in element if local(child.tag) == "source"]
        if name == "audio" and not href and len(sources) == 1:
            self.attributes(sources[0], frozenset(("src",)))
            href = sources[0].get("src", "")
        for child in element:
            if local(child.tag) not in TAGS and (child not in sources or len(sources) > 1):
                self._findings.refuse(Why.ELEMENT, f"{local(child.tag)} ({name})")
        words = element.get("alt", " ".join("".join(element.itertext()).split()))
        if not words and "alt" not in element.attrib:
            self._findings.remark(Why.NO_ALTERNATIVE, href)
        if path := self._resolve(href):
            yield Sound(path, words) if sound else Picture(path, words)
