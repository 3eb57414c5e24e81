"""XML of strangers as a tree: no document type, so no entities and no fetching, and bounds on depth and size."""

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_BYTES = 5_000_000
MOST_DEPTH = 100
MOST_ELEMENTS = 50_000
XML = "{http://www.w3.org/XML/1998/namespace}"


class XMLError(ValueError):
    """It is no XML that is read here."""


class DocumentTypeError(XMLError):
    """It has a document type, by which XML can bring entities and files of elsewhere."""


def parse(data: bytes) -> Element:
    """The root of this document, names as `{namespace}name`. Comments and processing instructions are left out.

    Raises XMLError.
    """
    if len(data) > MOST_BYTES:
        raise XMLError("too large")
    builder, depth, count = TreeBuilder(), 0, 0

    def start(name: str, values: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MOST_DEPTH or count > MOST_ELEMENTS:
            raise XMLError("too deep or too many elements")
        builder.start(_name(name), {_name(key): value for key, value in values.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_name(name))

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.data, _no_document_type
    try:
        parser.Parse(data, True)
        return builder.close()
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise error if isinstance(error, XMLError) else XMLError(str(error)) from error


def _name(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"{{{space}}}{local}" if space else local


def _no_document_type(*_: object) -> None:
    raise DocumentTypeError("a document type")
