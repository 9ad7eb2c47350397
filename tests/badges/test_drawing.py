"""Badges as they come out of the printer: every code is read from the rendered page by another program."""

import re
import unicodedata
from dataclasses import replace

import pypdfium2
import pytest

from events_service.badges.drawing import Face, Sheet, draw_pdf, draw_png
from events_service.badges.rules import Layout, printable
from events_service.registrations.rules import Category
from tests.badges.given import pages_of

NAMES = [
    "Åsa Ðórsdóttir",
    "Øyvind Ægirsson Þórðarson",
    "Bartholomäus Maximilian Freiherr von und zu Hohenstaufen-Lüdenscheidt auf Großenhain",
    "محمد بن عبد الله",
    "דוד לוי",
    "Μαρία Παπαδοπούλου",
    "Иван Петров",
    "Nguyễn Thị Minh Khai",
    "W" * 60,
    "Zoë 👩🏽‍🚒 Öst",
]


def badge(number: int) -> str:
    return "S1" + "ABCDEFGHJKLMNPQ2" * 8 + f"{number:016d}".translate(str.maketrans("0189", "ZYXW"))


def face(number: int, **more: str) -> Face:
    category = list(Category)[number % len(Category)]
    plain = {
        "name": printable(NAMES[number % len(NAMES)]),
        "organisation": "City of Malmö, Department for Safety and Preventive Work",
        "city": "Malmö",
        "category": category.value,
        "word": category.value.replace("_", " "),
        "code": "BAKO-LIME",
        "badge": badge(number),
    }
    return Face(**{**plain, **more})


def sheet(layout: Layout, number: int) -> Sheet:
    return Sheet(
        layout=layout,
        language="sv",
        title="Toppmötet för trygga städer",
        when="7–8 mars 2037",
        organisation="The alliance",
        code_in_words="Kod",
        faces=[face(at) for at in range(number)],
    )


@pytest.mark.parametrize(
    ("layout", "a_page", "size"),
    [(Layout.A6, 1, (105.0, 148.0)), (Layout.A4X4, 4, (210.0, 297.0)), (Layout.LABEL62, 1, (62.0, 100.0))],
)
def test_every_code_is_read_from_the_page_it_is_printed_on(
    layout: Layout, a_page: int, size: tuple[float, float]
) -> None:
    pages = pages_of(draw_pdf(sheet(layout, 10)))
    assert len(pages) == -(-10 // a_page)
    assert {(page.width, page.height) for page in pages} == {size}
    assert [code for page in pages for code in page.codes] == [badge(at) for at in range(10)]
    assert min(width for page in pages for width in page.code_widths) >= 30


@pytest.mark.parametrize("layout", Layout)
def test_a_decoder_that_shares_no_code_with_ours_reads_them_all(layout: Layout) -> None:
    pages = pages_of(draw_pdf(sheet(layout, 10)))
    assert [page.codes_to_opencv for page in pages] == [set(page.codes) for page in pages]
    assert {code for page in pages for code in page.codes_to_opencv} == {badge(at) for at in range(10)}


@pytest.mark.parametrize("layout", Layout)
def test_names_stay_whole_in_every_alphabet(layout: Layout) -> None:
    words = " ".join(page.words for page in pages_of(draw_pdf(sheet(layout, 10))))
    for name in ("Åsa Ðórsdóttir", "Øyvind", "Ægirsson", "Þórðarson", "Μαρία", "Иван Петров", "Großenhain"):
        assert name in unicodedata.normalize("NFC", words)
    # Broken over lines, not cut.
    assert words.count("W") >= 60
    assert words.count("BAKO-LIME") == 10
    assert "police" in words


def test_the_file_is_tagged_with_title_and_language() -> None:
    pdf = draw_pdf(sheet(Layout.A6, 2))
    document = pypdfium2.PdfDocument(pdf)
    assert document.get_metadata_value("Title") == "Toppmötet för trygga städer"
    assert document.is_tagged()
    assert re.search(rb"/Lang\s*\(sv", pdf)
    assert b"pdfuaid" in pdf


def test_a_badge_without_anything_but_a_code_is_drawn() -> None:
    bare = replace(sheet(Layout.LABEL62, 1), faces=[face(0, name="–", organisation="", city="", word="")])
    (page,) = pages_of(draw_pdf(bare))
    assert page.codes == [badge(0)]


def test_what_somebody_typed_is_never_read_as_markup() -> None:
    odd = face(0, name='#image("x") *Bo* $x$', organisation="</svg> \\ [#panic()]", city="@x <y>")
    (page,) = pages_of(draw_pdf(replace(sheet(Layout.A6, 1), title="#panic() = *x*", faces=[odd])))
    for text in ('#image("x")', "*Bo* $x$", "</svg> \\ [#panic()]", "@x <y>", "#panic() = *x*"):
        assert text in page.words


def test_a_letter_that_no_font_has_keeps_nobody_from_a_badge() -> None:
    pages = pages_of(draw_pdf(replace(sheet(Layout.A6, 1), faces=[face(0, name="李小龙"), face(1)])))
    assert [code for page in pages for code in page.codes] == [badge(0), badge(1)]


def test_the_preview_is_a_picture() -> None:
    assert draw_png(sheet(Layout.A4X4, 1)).startswith(b"\x89PNG")


def test_a_thousand_badges_are_drawn_at_once() -> None:
    pdf = draw_pdf(sheet(Layout.A6, 1_000))
    assert len(pypdfium2.PdfDocument(pdf)) == 1_000
