"""Organisers' words: what is filled in, what becomes a link, and what is refused."""

import pytest

from events_service.errors import Invalid
from events_service.texts.drafts import TextDraft, checked_words
from events_service.texts.rules import KINDS, Words, as_html, as_line, as_text, placeholders

VALUES = {"name": "Åsa {event} https://evil.example", "event": "Summit", "reason": "One\nTwo <b>"}


@pytest.mark.parametrize(
    ("template", "text", "html"),
    [
        ("Dear {event}", "Dear Summit", "<p>Dear Summit</p>"),
        ("{unknown} {}", "{unknown} {}", "<p>{unknown} {}</p>"),
        ("a\nb\n\n \n\nc", "a\nb\n\n \n\nc", "<p>a<br>\nb</p>\n<p>c</p>"),
        ("<i>&\"'", "<i>&\"'", "<p>&lt;i&gt;&amp;&#34;&#39;</p>"),
        (
            "See https://x.example/a?b=1&c=(d). Or http://x.example, javascript:alert(1)",
            "See https://x.example/a?b=1&c=(d). Or http://x.example, javascript:alert(1)",
            '<p>See <a href="https://x.example/a?b=1&amp;c=(d">https://x.example/a?b=1&amp;c=(d</a>). '
            "Or http://x.example, javascript:alert(1)</p>",
        ),
        ('https://x.example/"onclick="x', None, '<p><a href="https://x.example/">https://x.example/</a>&#34;onclick=&#34;x</p>'),
        ("{reason}", "One\nTwo <b>", "<p>One<br>\nTwo &lt;b&gt;</p>"),
        # What is filled in is not read again: no placeholder within, and no link.
        ("{name}", VALUES["name"], f"<p>{VALUES['name']}</p>"),
        ("https://x.example/{event}", "https://x.example/Summit", '<p><a href="https://x.example/">https://x.example/</a>Summit</p>'),
        ("", "", ""),
    ],
)  # fmt: skip
def test_words_become_text_and_html(template: str, text: str | None, html: str) -> None:
    assert as_text(template, VALUES) == (template if text is None else text)
    assert as_html(template, VALUES) == html


def test_a_subject_stays_on_one_line_and_hides_no_header() -> None:
    values = {"event": "A\r\nBcc: b@c.example =?utf-8?q?x?=\u2028"}
    assert as_line("On {event} ", values) == "On A Bcc: b@c.example utf-8?q?x?="


@pytest.mark.parametrize(
    ("kind", "draft", "wrong"),
    [
        ("confirmed", TextDraft(subject="{event}", opening="{name} {date} {time} {place} {city} {organisation}"), []),
        ("declined", TextDraft(subject="x", opening="{reason}", closing="{reason}"), []),
        ("waitlisted", TextDraft(subject="{position}", opening="{position}"), []),
        ("declined", TextDraft(subject="{reason}", opening="x"), ["subject"]),
        ("confirmed", TextDraft(subject="{position}", opening="{Name}", closing="{{name}} {} {a.b}"), ["subject", "opening", "closing"]),
        ("confirmed", TextDraft(subject="x", opening=""), ["opening"]),
    ],
)  # fmt: skip
def test_every_field_with_an_unknown_placeholder_is_named_at_once(
    kind: str, draft: TextDraft, wrong: list[str]
) -> None:
    if not wrong:
        assert checked_words(kind, draft) == Words(draft.subject, draft.opening, draft.closing)
        return
    with pytest.raises(Invalid) as refused:
        checked_words(kind, draft)
    assert [error.field for error in refused.value.errors] == wrong


def test_the_refusal_says_what_is_unknown_and_what_can_be_used() -> None:
    with pytest.raises(Invalid) as refused:
        checked_words("confirmed", TextDraft(subject="x", opening="{nmae} {u.secret}"))
    (error,) = refused.value.errors
    assert error.code == "unknown_placeholder"
    assert error.message.startswith("{nmae}, {u.secret} cannot be filled in. You can use {name}, {event},")


def test_a_thousand_braces_are_read_in_no_time() -> None:
    assert as_html("{" * 4000, VALUES) == f"<p>{'{' * 4000}</p>"


def test_every_kind_knows_its_placeholders() -> None:
    assert all(set(placeholders(kind)) >= {"name", "event"} for kind in KINDS)
