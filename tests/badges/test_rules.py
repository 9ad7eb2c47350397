"""Which badges are printed, in which order, and what of a name can be printed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events_service.badges.rules import LONGEST_UNBROKEN, ZERO_WIDTH_SPACE, printable


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Åsa Ðórsdóttir", "Åsa Ðórsdóttir"),
        (unicodedata.normalize("NFD", "Åsa Ærø Øst Þór Ðǫrn"), "Åsa Ærø Øst Þór Ðǫrn"),
        ("  Åsa \t Öst\n", "Åsa Öst"),
        ("Åsa 👩🏽‍🚒 Öst 🇸🇪 ❤️", "Åsa Öst"),
        ("🙂", ""),
        ("\u202eÅsa\u202c\u200b", "Åsa"),
        ("محمد بن عبد الله", "محمد بن عبد الله"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("A" * 22, "A" * 22),
        ("A" * 23, f"{'A' * 11}{ZERO_WIDTH_SPACE}{'A' * 11}{ZERO_WIDTH_SPACE}A"),
    ],
)
def test_a_name_is_printed_without_what_no_font_has(typed: str, printed: str) -> None:
    assert printable(typed) == printed


@given(st.text(max_size=120))
def test_any_text_becomes_words_that_fit(text: str) -> None:
    pieces = printable(text).replace(ZERO_WIDTH_SPACE, " ").split()
    assert all(
        len(unicodedata.normalize("NFC", piece)) <= 2 * LONGEST_UNBROKEN or unicodedata.combining(piece[-1])
        for piece in pieces
    )
    assert printable(printable(text).replace(ZERO_WIDTH_SPACE, "")) == printable(text)
