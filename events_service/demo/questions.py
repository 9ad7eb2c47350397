"""What the demonstration's events ask of those who register."""

from events_service.demo.happenings import LAUNCH, SUMMIT
from events_service.events.queries import find_event
from events_service.events.rules import Status
from events_service.questions.actions import add_question
from events_service.questions.presets import ACCESS, DIET, PHOTO_CONSENT
from events_service.questions.queries import every_question_of

QUESTIONS = {LAUNCH: (DIET, ACCESS, PHOTO_CONSENT), SUMMIT: (DIET, ACCESS, PHOTO_CONSENT)}


async def ask_questions() -> int:
    """Ask what was never asked; how many questions are new. One that was taken away meanwhile stays away."""
    added = 0
    for slug, drafts in QUESTIONS.items():
        event = await find_event(slug)
        if event is None or event.status is not Status.PUBLISHED:
            continue
        asked = {one.name for one in await every_question_of(event.id)}
        for draft in drafts:
            if draft.name not in asked:
                await add_question(slug, draft)
                added += 1
    return added
