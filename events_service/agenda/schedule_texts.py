"""Texts of other people's schedules as ours: single lines, and Markdown made of their HTML. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

LONGEST_TEXT = 40_000

_UNSEEN = {
    "script",
    "style",
    "head",
    "title",
    "template",
    "iframe",
    "object",
    "svg",
    "math",
    "noscript",
    "select",
    "textarea",
}
_HEADINGS = {"h1": "### ", "h2": "### ", "h3": "### ", "h4": "#### ", "h5": "#### ", "h6": "#### "}
_LISTS = {"ul", "ol"}
_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "figure", "figcaption", "address", "center",
    "li", "blockquote", "pre", "table", "thead", "tbody", "tr", "dl", "dt", "dd", "hr", *_HEADINGS, *_LISTS,
}  # fmt: skip
_MARKS = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "tt": "`", "kbd": "`"}
_INLINE = {"a", "br", "img", "span", "u", "s", "small", "sub", "sup", "font", "q", "cite", "abbr", *_MARKS}
# What Markdown would take for a mark of its own in a text that was none.
_SPECIAL = re.compile(r"[\\`*]|(?<!\w)_|_(?!\w)|\](?=[(:\[])")
_LINE_START = re.compile(r"^(?=#{1,6}\s|>|[-+]\s|[-=]+$)|(?<=^\d)(?=[.)]\s)|(?<=^\d\d)(?=[.)]\s)")


def plain_line(text: str, *, most: int) -> str:
    """One line without control characters, white space folded, NFC, at most so many characters (… says that it was longer)."""
    visible = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    # Mail programs read `=?` in a header as the start of an encoded word.
    line = " ".join(unicodedata.normalize("NFC", visible).split()).replace("=?", "= ?")
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def plain_text(text: str) -> str:
    """Paragraphs with LF line ends and no other control characters but tabs, NFC."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
    ).strip()


def as_markdown(text: str) -> str:
    """HTML as Markdown: paragraphs, lists, headings, links to https. A text without tags is Markdown, or plain, already and stays."""
    if "<" not in text:
        return plain_text(text)
    root = _opened(text)
    # The outermost three elements are the parser's and ours.
    tags = {element.tag for element in islice(root.iter(), 3, None)}
    if not tags & (_BLOCKS | _INLINE | _UNSEEN):
        return plain_text(text)
    return plain_text(_Writer(keeps_lines=not tags & _BLOCKS).write(root))


def links_as_list(links: Iterable[tuple[str, str]]) -> str:
    """(label, address) each as a line of a Markdown list; addresses that are no https are shown, not linked."""
    return "\n".join(f"- {_link(_escaped(label) or address, address)}" for label, address in links)


def web_address(href: str, *, base: str) -> str | None:
    """The address on the web, a relative one seen from the base; None for what is none."""
    try:
        address = urljoin(base, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    safe = plain_line(address, most=2_000)
    return safe.replace(" ", "%20").replace("(", "%28").replace(")", "%29").replace("<", "%3C").replace(">", "%3E")


def shortened(text: str, *, most: int = LONGEST_TEXT) -> str:
    """The text, or as much as there is room for."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _opened(text: str) -> Any:
    # Deeper nesting than the parser's usual limit would lose the text in it.
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    return etree.fromstring(f"<html><body><div>{text}</div></body></html>", parser)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)


def _link(label: str, address: str) -> str:
    if address.startswith("https://"):
        return f"[{label}]({address})"
    return address if label == address else f"{label} ({address})"


class _Writer:
    """Walks the elements in their order and writes blocks; what is inline gathers until a block begins or ends."""

    def __init__(self, *, keeps_lines: bool) -> None:
        self._keeps_lines = keeps_lines
        self._blocks: list[tuple[str, bool]] = []
        self._inline: list[str] = []
        self._open: list[int] = []
        self._lists: list[list[Any]] = []
        self._lead = ""
        self._quotes = 0
        self._verbatim = 0

    def write(self, root: Any) -> str:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            if event == "start" and element.tag in _UNSEEN:
                walk.skip_subtree()
            elif event == "start":
                self._begin(element.tag)
                self._say(element.text)
            else:
                if element.tag not in _UNSEEN:
                    self._finish(element)
                self._say(element.tail)
        self._break()
        return self._joined()

    def _begin(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break()
        if tag in _LISTS:
            self._lists.append([tag, 0])
        elif tag == "li" and self._lists:
            self._lists[-1][1] += 1
            self._lead = "- " if self._lists[-1][0] == "ul" else f"{self._lists[-1][1]}. "
        elif tag in _HEADINGS:
            self._lead = self._lead or _HEADINGS[tag]
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "hr":
            self._inline.append("---")
            self._break(raw=True)
        elif tag == "br":
            self._inline.append("\n" if self._keeps_lines or self._verbatim else "  \n")
        elif tag in _MARKS or tag == "a":
            self._open.append(len(self._inline))

    def _finish(self, element: Any) -> None:
        tag = element.tag
        if tag in _MARKS or tag == "a":
            self._wrap(element)
        elif tag in ("td", "th"):
            self._inline.append(" | " if element.getnext() is not None else "")
        elif tag in _BLOCKS:
            self._break()
        if tag in _LISTS:
            self._lists.pop()
        elif tag == "blockquote":
            self._quotes -= 1
        elif tag == "pre":
            self._verbatim -= 1

    def _say(self, text: str | None) -> None:
        if not text:
            return
        if self._verbatim or self._keeps_lines:
            self._inline.append(text)
        else:
            self._inline.append(_escaped(re.sub(r"\s+", " ", text)))

    def _wrap(self, element: Any) -> None:
        """Put the marks around what was said since the element began, and white space outside of them."""
        start = min(self._open.pop(), len(self._inline))
        said = "".join(self._inline[start:])
        del self._inline[start:]
        inner = said.strip()
        if not inner or self._verbatim:
            self._inline.append(said)
            return
        before, after = said[: len(said) - len(said.lstrip())], said[len(said.rstrip()) :]
        self._inline.append(before + self._marked(element, inner) + after)

    def _marked(self, element: Any, inner: str) -> str:
        if element.tag != "a":
            mark = _MARKS[element.tag]
            # Inside code a backslash means itself, and a mark within the same mark would end it.
            inner = re.sub(r"\\([\\`*_\]])", r"\1", inner) if mark == "`" else inner
            is_marked = inner.startswith(mark) or (mark == "`" and mark in inner)
            return inner if is_marked else f"{mark}{inner}{mark}"
        href = (element.get("href") or "").strip()
        if href.lower().startswith("mailto:"):
            return f"[{inner}]({href.replace(' ', '%20').replace(')', '%29')})"
        address = web_address(href, base="")
        return _link(inner, address) if address else inner

    def _break(self, *, raw: bool = False) -> None:
        """What was said until here is a block."""
        text = "".join(self._inline)
        self._inline.clear()
        self._open = [0] * len(self._open)
        text = text.strip("\n") if self._verbatim else text.strip()
        if not text.strip():
            return
        if self._verbatim:
            text = f"```\n{text}\n```"
        elif not raw and not self._keeps_lines:
            text = _LINE_START.sub(r"\\", re.sub(r" *\n *", "  \n", text))
        depth = max(0, len(self._lists) - 1)
        is_item = bool(self._lead) and bool(self._lists)
        indent = "  " * depth if is_item or not self._lists else "  " * (depth + 1)
        rest = indent + " " * len(self._lead) if is_item else indent
        lines = (self._lead + text).split("\n")
        self._lead = ""
        quote = "> " * self._quotes
        self._blocks.append(
            ("\n".join(quote + (rest if place else indent) + line for place, line in enumerate(lines)), is_item)
        )

    def _joined(self) -> str:
        written = ""
        for place, (block, is_item) in enumerate(self._blocks):
            tight = is_item and place and self._blocks[place - 1][1]
            written += ("\n" if tight else "\n\n") if place else ""
            written += block
        return written
