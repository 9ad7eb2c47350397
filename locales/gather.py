"""`make words`: gathers the words of the sources and brings every catalogue up to date with them.

A word that is new stands empty in the catalogues until somebody translates it; one that nothing asks for any more is gone. The
catalogues are sorted by their keys and hold neither dates nor line numbers: a diff shows words alone.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
DOMAIN = "events_service"
OPTIONS = {
    "**.html": {"extensions": "jinja2.ext.i18n", "silent": "false"},
    "**.txt": {"extensions": "jinja2.ext.i18n", "silent": "false"},
}
# `_` and its like translate at once. A refusal keeps its sentence in English, and a page translates it where it is shown: these take
# one, among other things, and so does what is assigned to these names.
TAKES_A_SENTENCE = {
    *(
        "sentence",
        "FieldError",
        "Wrong",
        "_Wrong",
        "_wrong",
        "_wrong_code",
        "_refused",
        "_refuse",
        "_leave_out",
        "leave_out",
    ),
    *(
        "Unread",
        "Skipped",
        "NoTable",
        "NotASchedule",
        "Conflict",
        "Forbidden",
        "NotFound",
        "ClientException",
        "HTTPException",
    ),
    *("EventFull", "SignUpClosed", "ValueError"),
}
HOLDS_A_SENTENCE = {"detail", "message", "answers_asked", "names_asked", "_RULES"}
# The commands of the terminal speak English.
ENGLISH = {
    "cli",
    "backups.py",
    "checkup.py",
    "serving.py",
    "settings.py",
    "worker.py",
    "logs.py",
    "demo",
    "database",
    "outbox",
    "calendar",
}
# Words of ours that stand in a sentence as a fact.
STATES = {"registrations/rules.py": "Status", "events/rules.py": "Status", "invitations/rules.py": "State"}
# One date for all and for good: what changes with every run says nothing.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def gathered() -> Catalog:
    """Every word that the present sources ask for."""
    found = _catalogue(None)
    methods = [("**.py", _words_in_python), ("**.html", "jinja2"), ("**.txt", "jinja2")]
    for folder in ("events_service", "templates"):
        for _, _, message, _, context in extract_from_dir(
            ROOT / folder, method_map=methods, options_map=OPTIONS, keywords=DEFAULT_KEYWORDS
        ):
            found.add(message, context=context)
    return found


def _words_in_python(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, str | tuple[str, ...], list[str]]]:
    """What Babel finds, and the sentences of refusals."""
    yield from extract_python(file, keywords, comment_tags, options)
    path = Path(file.name).relative_to(ROOT / "events_service")
    file.seek(0)
    if path.parts[0] not in ENGLISH:
        for line, words in _sentences(ast.parse(file.read()), STATES.get(path.as_posix(), ""), path.parts[0]):
            yield line, "_" if isinstance(words, str) else "pgettext", words, []


def _sentences(tree: ast.Module, state: str, package: str) -> Iterator[tuple[int, str | tuple[str, str]]]:
    """Each with its line; a state together with its package, which is its context (see `web/words.py`)."""
    for node in ast.walk(tree):
        match node:
            case ast.Call() if _name(node.func) in TAKES_A_SENTENCE:
                for argument in node.args:
                    yield from _read_as_sentences(argument, marked=_name(node.func) == "sentence")
            case ast.Assign(targets=[target], value=value) | ast.AnnAssign(target=target, value=ast.expr() as value):
                if _name(target) in HOLDS_A_SENTENCE:
                    yield from _read_as_sentences(value)
            case ast.ClassDef() if node.name == state:
                for one in node.body:
                    if isinstance(one, ast.Assign) and isinstance(one.value, ast.Constant):
                        yield one.lineno, (package, str(one.value.value))


def _read_as_sentences(node: ast.expr, *, marked: bool = False) -> Iterator[tuple[int, str]]:
    """The text itself, or those it is chosen from. Calls inside speak for themselves."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if marked or (" " in node.value and node.value.endswith(".")):
            yield node.lineno, node.value
    elif isinstance(node, ast.IfExp):
        yield from _read_as_sentences(node.body)
        yield from _read_as_sentences(node.orelse)
    elif isinstance(node, (ast.Tuple, ast.List)):
        for one in node.elts:
            yield from _read_as_sentences(one)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def files() -> Iterator[tuple[str, Path]]:
    """Each language that has a catalogue, and its file."""
    for file in sorted((ROOT / "locales").glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        yield file.parent.parent.name, file


def read(language: str, file: Path) -> Catalog:
    """The catalogue as it lies there."""
    with file.open("rb") as opened:
        return read_po(opened, locale=language, domain=DOMAIN)


def brought_up_to_date(language: str, kept: Catalog, asked_for: Catalog) -> Catalog:
    """What is asked for, with the translations that are kept."""
    made = _catalogue(language)
    for message in asked_for:
        if not message.id:
            continue
        before = kept.get(message.id, message.context)
        # A key that got or lost its plural is another key, as is one with another context.
        string = before.string if before is not None and before.id == message.id else ""
        made.add(message.id, string, flags=message.flags, context=message.context)
    return made


def written(catalogue: Catalog) -> bytes:
    """The catalogue's file."""
    out = io.BytesIO()
    write_po(out, catalogue, width=0, no_location=True, sort_output=True, ignore_obsolete=True)
    return out.getvalue()


def _catalogue(language: str | None) -> Catalog:
    return Catalog(
        locale=language,
        domain=DOMAIN,
        project=DOMAIN,
        version="",
        header_comment="# The words of the events service. `make words` brings this file up to date.",
        fuzzy=False,
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        last_translator="",
        language_team="",
        msgid_bugs_address="",
        copyright_holder="",
    )


def main() -> int:
    """Write every catalogue anew, and say how many words it lacks."""
    asked_for = gathered()
    for language, file in files():
        catalogue = brought_up_to_date(language, read(language, file), asked_for)
        file.write_bytes(written(catalogue))
        lacking = sum(1 for one in catalogue if one.id and not all(_forms(one.string)))
        print(f"{language}: {len(catalogue)} words, {lacking} without a translation")
    return 0


def _forms(string: str | list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


if __name__ == "__main__":
    sys.exit(main())
