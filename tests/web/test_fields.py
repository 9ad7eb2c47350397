"""Field types: what each takes, cleans and refuses."""

from typing import Any

import pytest

from events_service.errors import Invalid
from events_service.web import fields
from events_service.web.bodies import Body, read_values


class Everything(Body, frozen=True, kw_only=True):
    line: fields.Line = "x"
    optional: fields.OptionalLine = ""
    text: fields.Paragraphs = ""
    email: fields.Email = "a@b.no"
    url: fields.HttpsUrl = "https://a.no"
    slug: fields.Slug = "a"
    zone: fields.TimezoneName = "UTC"
    language: fields.LanguageTag = "en"
    country: fields.CountryCode = "DK"
    moment: fields.Moment = "2027-03-07T11:00"


TAKEN = [
    ("line", " Åsa Ðórsdóttir ", "Åsa Ðórsdóttir"),
    ("line", "A\u030a", "Å"),
    ("line", "عائشة 李 😀", "عائشة 李 😀"),
    ("line", "= a ? b", "= a ? b"),
    ("line", "x" * 200, "x" * 200),
    ("optional", "   ", ""),
    ("text", "a\r\nb\rc\td ", "a\nb\nc\td"),
    ("email", "Asa.D@EXAMPLE.Org", "Asa.D@example.org"),
    ("email", "asa@malmö.example", "asa@xn--malm-8qa.example"),
    ("url", "https://meet.example.org/a?b=c#d", "https://meet.example.org/a?b=c#d"),
    ("slug", "guide-launch-2027", "guide-launch-2027"),
    ("zone", "Atlantic/Reykjavik", "Atlantic/Reykjavik"),
    ("language", "nb", "nb"),
    ("language", "sv-FI", "sv-FI"),
    ("country", "dk", "DK"),
    ("moment", "2027-03-07T11:00", "2027-03-07T11:00"),
    ("moment", "2027-03-07T11:00:05.120+01:00", "2027-03-07T11:00:05.120+01:00"),
    ("moment", "2027-03-07 11:00Z", "2027-03-07 11:00Z"),
]
REFUSED = [
    *[("line", text, "forbidden_characters") for text in (
        "a\nBcc: x@y.no", "a\rb", "a\r\n\r\nb", "a\x00b", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028b", "a\u2029b",
        "=?utf-8?q?=0aBcc?=", "a =?", "a\tb", "a\x0bb",
    )],
    ("line", "", "required"), ("line", "   ", "required"), ("line", "x" * 201, "too_long"), ("line", 7, "wrong_type"),
    ("text", "a\x00b", "forbidden_characters"), ("text", "a\u2028b", "forbidden_characters"), ("text", "x" * 20_001, "too_long"),
    *[("email", text, "invalid_email") for text in (
        "asa", "asa@", "@b.no", "a b@c.no", "a@b", "a@b..no", "a@-b.no", "åsa@example.org", "a@b.no, c@d.no", "Asa <a@b.no>",
        "a@[127.0.0.1]", '"a b"@c.no', "a@b.no.", "x" * 65 + "@b.no",
    )],
    ("email", "a@b.no\nBcc: c@d.no", "forbidden_characters"), ("email", "a\x00@b.no", "forbidden_characters"),
    *[("url", text, "invalid_url") for text in (
        "http://a.no", "javascript:alert(1)", "//a.no", "https://", "https:///x", "a.no", "https://a b.no", "https://[::", "https://a:x",
    )],
    *[("slug", text, "invalid_slug") for text in ("A", "a_b", "-a", "a-", "a--b", "å", "a/b", "..", "a b")],
    ("slug", "", "invalid_slug"), ("slug", "a" * 81, "too_long"),
    ("zone", "Europe/Nowhere", "unknown_timezone"), ("zone", "../etc/passwd", "unknown_timezone"),
    ("language", "english!", "invalid_language"), ("country", "D1", "invalid_country"), ("country", "D", "invalid_country"),
    *[("moment", text, "invalid_time") for text in (
        "2027-03-07", "11:00", "2027-02-30T11:00", "2027-03-07T25:00", "07.03.2027 11:00", "1999-12-31T23:59", "2201-01-01T00:00",
        "2027-03-07T11:00+25:00", "2027-03-07T11:00 ", "٢٠٢٧-03-07T11:00",
    )],
]  # fmt: skip


@pytest.mark.parametrize(("field", "typed", "kept"), TAKEN)
def test_what_is_taken_is_cleaned(field: str, typed: str, kept: str) -> None:
    assert getattr(read_values(Everything, {field: typed}, from_text=False), field) == kept


@pytest.mark.parametrize(("field", "typed", "code"), REFUSED)
def test_what_is_refused_is_named(field: str, typed: Any, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_values(Everything, {field: typed}, from_text=False)
    assert [(error.field, error.code) for error in caught.value.errors] == [(field, code)]
