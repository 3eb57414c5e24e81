"""What an item shows: text with a little markup, pictures and sounds, as a tree that any page can draw safely."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

INLINE = frozenset(("span", "strong", "em", "b", "i", "u", "small", "sub", "sup", "q", "cite", "code"))
TAGS = INLINE | frozenset(
    (
        *("p", "div", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "figure", "figcaption"),
        *("h1", "h2", "h3", "h4", "h5", "h6"),
        *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    )
)
"""The elements of HTML that content may have."""
ATTRIBUTES = frozenset(("lang", "colspan", "rowspan", "scope"))
"""The attributes that they may have; `lang` is a language tag, the others are those of a cell of a table."""


@dataclass(frozen=True)
class Picture:
    """A picture by the path of its file in the package; `alternative` says it in words, "" for mere decoration."""

    path: str
    alternative: str = ""


@dataclass(frozen=True)
class Sound:
    """A sound by the path of its file in the package; `alternative` is what a reader without sound gets."""

    path: str
    alternative: str = ""


@dataclass(frozen=True)
class Gap:
    """An open place in a text, to which an option is dragged."""

    key: str


@dataclass(frozen=True)
class Place:
    """Where in the body of an item its interaction stands."""


@dataclass(frozen=True)
class Markup:
    """An element of HTML: a tag of `TAGS`, attributes of `ATTRIBUTES`, and what is in it."""

    tag: str
    children: tuple["Node", ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


Node = str | Markup | Picture | Sound | Gap | Place
Content = tuple[Node, ...]


def tidy(content: Iterable[Node], preformatted: bool = False) -> Content:
    """The same content with neighbouring texts joined, each run of white space one space, and none at the ends."""
    nodes = _collapsed(content, preformatted)
    if nodes and isinstance(nodes[0], str):
        nodes[0] = nodes[0].lstrip(" ")
    if nodes and isinstance(nodes[-1], str):
        nodes[-1] = nodes[-1].rstrip(" ")
    return tuple(node for node in nodes if node != "")


def _collapsed(content: Iterable[Node], preformatted: bool) -> list[Node]:
    nodes: list[Node] = []
    for texts, group in groupby(content, key=lambda node: isinstance(node, str)):
        if texts:
            text = "".join(str(node) for node in group)
            nodes.append(text if preformatted else re.sub(r"[ \t\r\n]+", " ", text))
            continue
        for node in group:
            nodes.append(_collapsed_inside(node, preformatted) if isinstance(node, Markup) else node)
    return nodes


def _collapsed_inside(markup: Markup, preformatted: bool) -> Markup:
    inside = _collapsed(markup.children, preformatted or markup.tag == "pre")
    return replace(markup, children=tuple(node for node in inside if node != ""))


def walk(content: Content) -> Iterator[Node]:
    """Every node of the content, in the order of reading, parents before children."""
    for node in content:
        yield node
        if isinstance(node, Markup):
            yield from walk(node.children)


def text_of(content: Content) -> str:
    """The content as one line of words: for lists and reports."""
    words = []
    for node in walk(content):
        if isinstance(node, str):
            words.append(node)
        elif isinstance(node, Picture | Sound):
            words.append(f" {node.alternative} ")
        elif isinstance(node, Gap):
            words.append(" … ")
        elif isinstance(node, Markup) and node.tag not in (
            "span",
            "strong",
            "em",
            "b",
            "i",
            "u",
            "small",
            "sub",
            "sup",
        ):
            words.append(" ")
    return " ".join("".join(words).split())


def media_in(content: Content) -> set[str]:
    """The paths of all pictures and sounds in the content."""
    return {node.path for node in walk(content) if isinstance(node, Picture | Sound)}
