"""The catalogues: what translators wrote keeps its places and markup, has its plurals, and lies there as `make words` writes it."""

from __future__ import annotations

import importlib.util
import re
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message

from events_service.web.words import LANGUAGES

ROOT = Path(__file__).parents[2]
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|%%|\{\w+\}|</?\w+[^>]*>|https?://\S+")
TRANSLATED = [code for code in LANGUAGES if code != "en"]


def gatherer() -> ModuleType:
    """`locales/gather.py`, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("gather", ROOT / "locales" / "gather.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


gather = gatherer()
FILES: dict[str, Path] = dict(gather.files())


@pytest.fixture(params=TRANSLATED)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    found: Catalog = gather.read(request.param, FILES[request.param])
    return found


def messages(catalogue: Catalog) -> list[tuple[Message, list[tuple[str, str]]]]:
    """Each message with its pairs: the English, and what stands for it; those without a translation are left out."""
    found = []
    for one in catalogue:
        if one.id:
            ids = [one.id] if isinstance(one.id, str) else list(one.id)
            strings = [one.string] if isinstance(one.string, str) else list(one.string)
            if any(strings):
                found.append((one, [(ids[min(place, len(ids) - 1)], text) for place, text in enumerate(strings)]))
    return found


def test_every_language_has_a_catalogue() -> None:
    assert sorted(FILES) == sorted(TRANSLATED)


def test_a_translation_keeps_the_places_and_the_markup_of_its_words(catalogue: Catalog) -> None:
    wrong = []
    for one, pairs in messages(catalogue):
        for place, (english, text) in enumerate(pairs):
            asked, given = Counter(PLACES.findall(english)), Counter(PLACES.findall(text))
            # For one the number may be a word; in Icelandic 21 and 31 are of that form too.
            may_leave_out = place == 0 and len(pairs) > 1 and str(catalogue.locale) != "is"
            is_fine = given <= asked if may_leave_out else given == asked
            if not is_fine:
                wrong.append((one.id, text))
    assert wrong == []


def test_a_translation_begins_and_ends_as_its_words_do(catalogue: Catalog) -> None:
    def ends(text: str) -> tuple[bool, bool]:
        return text[:1].isspace(), text[-1:].isspace()

    assert [text for _, pairs in messages(catalogue) for english, text in pairs if ends(english) != ends(text)] == []


def test_whoever_has_a_plural_has_every_form_of_it(catalogue: Catalog) -> None:
    plurals = [(one, pairs) for one, pairs in messages(catalogue) if one.pluralizable]
    assert len(plurals) > 20
    assert [
        one.id for one, pairs in plurals if len(pairs) != catalogue.num_plurals or not all(t for _, t in pairs)
    ] == []


def test_nothing_is_doubtful_and_every_message_passes_babels_own_checks(catalogue: Catalog) -> None:
    assert [one.id for one in catalogue if one.fuzzy and one.id] == []
    assert list(catalogue.check()) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_file_is_as_make_words_writes_it(code: str) -> None:
    catalogue = gather.read(code, FILES[code])
    assert catalogue.obsolete == {}
    assert FILES[code].read_bytes() == gather.written(gather.brought_up_to_date(code, catalogue, catalogue))


def test_every_word_of_the_sources_is_translated(catalogue: Catalog) -> None:
    """Nothing is missing and nothing is left over: run `make words`, and translate what is empty."""
    kept = {(one.context, one.id) for one in catalogue if one.id}
    asked_for = {(one.context, one.id) for one in gather.gathered() if one.id}
    assert (sorted(map(str, asked_for - kept)), sorted(map(str, kept - asked_for))) == ([], [])
    translated = {(one.context, one.id) for one, _ in messages(catalogue)}
    assert sorted(map(str, kept - translated)) == []
