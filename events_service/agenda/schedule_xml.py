"""Opening other people's XML: nothing is expanded, nothing is fetched, and what is too large or too deep is refused early. Pure."""

from typing import Any

from lxml import etree

from events_service.errors import FieldError, Invalid, Refused
from events_service.sentences import sentence

LARGEST_BYTES = 20_000_000
MOST_ELEMENTS = 400_000
DEEPEST = 60


class NotXml(Refused):
    """What was sent is no well-formed XML."""

    code = "not_xml"
    detail = "This is not readable as XML."


class TooLarge(Refused):
    """The file is larger than any schedule."""

    code = "too_large"
    detail = sentence("The file is too large: %(most)s MB is the most.", most=LARGEST_BYTES // 1_000_000)


class NotASchedule(Invalid):
    """It is XML, and not a schedule that may be read; its code says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__([FieldError("", code, message)], message)
        self.code = code


def open_xml(data: bytes) -> Any:
    """The root element. Raises `TooLarge`, `NotXml`, and `NotASchedule` for a DOCTYPE, too many elements or too deep ones.

    Entities, and with them every bomb made of entities, need a DOCTYPE: reading ends where one begins.
    """
    if len(data) > LARGEST_BYTES:
        raise TooLarge()
    watch = _Watch()
    parser = etree.XMLParser(target=watch, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, LookupError, ValueError, NotASchedule) as error:
        raise watch.refusal or NotXml(_where(error)) from error
    if watch.refusal is not None:
        raise watch.refusal
    if root is None:
        raise NotXml()
    return root


class _Watch:
    """Builds the tree, and counts what comes before it is built."""

    def __init__(self) -> None:
        self.refusal: NotASchedule | None = None
        self._tree = etree.TreeBuilder()
        self._elements = self._depth = 0

    def doctype(self, *_: object) -> None:
        self._refuse("doctype", "The file declares a document type. Take the DOCTYPE out and send it again.")

    def start(self, tag: str, attributes: Any) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse("too_deep", "The file is nested too deeply to be a schedule.")
        if self._elements > MOST_ELEMENTS:
            self._refuse("too_many_elements", "The file holds too many elements to be a schedule.")
        self._tree.start(tag, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag)

    def data(self, text: str) -> None:
        self._tree.data(text)

    def close(self) -> Any:
        try:
            return self._tree.close()
        except AssertionError:
            # The parser has met an error, and asks for what there is before it tells of it.
            return None

    def _refuse(self, code: str, message: str) -> None:
        self.refusal = NotASchedule(code, message)
        raise self.refusal


def _where(error: Exception) -> str:
    """Where it went wrong, if that is known; never what stands there."""
    line = getattr(error, "lineno", None)
    return sentence("This is not readable as XML. Look at line %(line)s.", line=line) if line else NotXml.detail
