"""What is printed of an event and its people, in the event's first language."""

from collections.abc import Sequence
from datetime import timedelta
from html import unescape

from events_service import settings
from events_service.badges.drawing import Face, Sheet
from events_service.badges.rules import NAMELESS, Layout, printable
from events_service.events.rules import Event
from events_service.registrations.badge_tokens import PREFIX, TEXT_LENGTH
from events_service.registrations.badges import badges_of, code_of
from events_service.registrations.queries import Registration
from events_service.registrations.rules import Category
from events_service.web.pages import environment
from events_service.web.words import day, day_short, in_language, language, spoken
from events_service.web.words import gettext as _

SAMPLE_NAME = "Åsa Øyvindsdóttir Ðæmi"
SAMPLE_CODE = "BAKO-LIME"


async def sheet_of(event: Event, people: Sequence[Registration], layout: Layout) -> Sheet:
    """The badges of these people, who all have a seat. Of protected people there stands the alias."""
    badges = await badges_of(people, event)
    with in_language(spoken(_language_of(event))):
        return _sheet(event, layout, [_face(person, badges[person.id]) for person in people])


def sample_of(event: Event, layout: Layout) -> Sheet:
    """A badge of nobody, to be looked at before any is printed; its code opens no door."""
    with in_language(spoken(_language_of(event))):
        face = Face(
            name=SAMPLE_NAME,
            organisation=_("Department of Safety"),
            city="Malmö",
            category=Category.PRACTITIONER.value,
            word=category_word(Category.PRACTITIONER),
            code=SAMPLE_CODE,
            badge=PREFIX + "X" * (TEXT_LENGTH - len(PREFIX)),
        )
        return _sheet(event, layout, [face] * (4 if layout is Layout.A4X4 else 1))


def category_word(category: Category) -> str:
    """The category as people know it, in the language that is set."""
    macro = environment().get_template("macros/words.html").module.category  # type: ignore[attr-defined]
    return unescape(str(macro(category.value))).strip()


def _sheet(event: Event, layout: Layout, faces: Sequence[Face]) -> Sheet:
    return Sheet(
        layout=layout,
        language=language.get(),
        title=printable(event.title) or NAMELESS,
        when=_when(event),
        organisation=settings.current().organisation,
        code_in_words=_("Your badge as a code to be scanned at the entrance"),
        faces=faces,
    )


def _face(person: Registration, badge: str) -> Face:
    return Face(
        name=printable(person.name) or NAMELESS,
        organisation=printable(person.organisation),
        city=printable(person.city),
        category=person.category.value,
        word=category_word(person.category),
        code=code_of(person) or "",
        badge=badge,
    )


def _when(event: Event) -> str:
    # What ends at midnight belongs to the day before.
    first, last = (day(moment, event.timezone) for moment in (event.starts_at, event.ends_at - timedelta(seconds=1)))
    return first if first == last else f"{day_short(event.starts_at, event.timezone)} – {last}"


def _language_of(event: Event) -> str:
    return event.languages[0] if event.languages else "en"
