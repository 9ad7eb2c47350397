"""XML elements that hold any text of ours."""

import re
from typing import Any

from lxml import etree

# What XML 1.0 §2.2 allows; the rest no parser takes, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def add(parent: Any, name: str, text: str | None = None, /, **attributes: str) -> Any:
    """A new last child of `parent` with that text and those attributes; gives the child."""
    child = etree.SubElement(parent, name, {key: plain(value) for key, value in attributes.items()})
    if text is not None:
        child.text = plain(text)
    return child


def document(root: Any) -> bytes:
    """The whole file in UTF-8, indented."""
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True))
