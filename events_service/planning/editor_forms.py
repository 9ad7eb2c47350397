"""The editor's forms: what was typed into them, and what becomes of it when somebody else saved meanwhile."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from litestar import Request

from events_service.web.forms import posted_form

PageRequest = Request[Any, Any, Any]
# The field that carries the marks of what the form began with.
MARKS_FIELD = "marks"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody else changed meanwhile. `theirs` is what stands there now, as the form holds it.

    `taken` says that the form follows them, because nothing else had been typed there.
    """

    field: str
    theirs: Any
    taken: bool


async def typed_into(
    request: PageRequest, names: frozenset[str], *, many: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """What the posted form holds under these names: a text each, a list under those of `many`."""
    posted = await posted_form(request)
    typed: dict[str, Any] = {}
    for name in names:
        values = [value for value in posted.getall(name, []) if isinstance(value, str)]
        typed[name] = values if name in many else (values[-1] if values else "")
    return typed


def marks_of(form: Mapping[str, Any]) -> str:
    """A short mark of every field, to be carried along in the form."""
    marks = {name: _mark(value) for name, value in form.items() if name != "version"}
    return msgspec.json.encode(marks).decode()


def reconciled(
    typed: Mapping[str, Any], *, marks: str, now: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Difference, ...]]:
    """The form once more after somebody else saved, with what they changed.

    Nothing that was typed is lost: fields left alone take what stands there now, the others keep what was typed.
    """
    began = _read_marks(marks)
    form, differences = dict(typed), []
    for name, theirs in now.items():
        if name == "version":
            form[name] = theirs
            continue
        mark, own = _mark(theirs), _mark(typed.get(name))
        if mark in (began.get(name), own):
            continue
        taken = own == began.get(name)
        if taken:
            form[name] = theirs
        differences.append(Difference(name, theirs, taken))
    return form, tuple(differences)


def _mark(value: Any) -> str:
    """The same for what a browser sends back of it: line ends and blanks at the ends do not count, nothing is nothing."""
    plain = msgspec.json.encode(_plain(value), order="deterministic")
    return hashlib.blake2b(plain, digest_size=6).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value] or ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _read_marks(text: str) -> dict[str, str]:
    """None where the field came back otherwise than it was sent: then everything counts as typed."""
    try:
        return msgspec.json.decode(text, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return {}
