"""What the demonstration's events ask of those who register."""

from events_service.demo.happenings import LAUNCH, STUDY_VISIT, SUMMIT
from events_service.events.queries import find_event
from events_service.events.rules import Status
from events_service.questions.actions import add_question
from events_service.questions.drafts import OptionDraft, QuestionDraft
from events_service.questions.presets import ACCESS, DIET, PHOTO_CONSENT
from events_service.questions.queries import every_question_of
from events_service.questions.rules import Kind

TAKE_HOME = QuestionDraft(
    name="take_home",
    kind=Kind.TEXT,
    long=True,
    required=True,
    labels={"en": "What would you like to take home?", "da": "Hvad vil du gerne tage med hjem?"},
)
BEFORE = QuestionDraft(
    name="before",
    kind=Kind.CHOICE,
    labels={"en": "Have you been on a study visit of ours before?", "da": "Har du været på studiebesøg hos os før?"},
    options=[
        OptionDraft(value="no", labels={"en": "No", "da": "Nej"}),
        OptionDraft(value="once", labels={"en": "Once", "da": "En gang"}),
        OptionDraft(value="often", labels={"en": "More often", "da": "Flere gange"}),
    ],
)
QUESTIONS = {
    LAUNCH: (DIET, ACCESS, PHOTO_CONSENT),
    STUDY_VISIT: (TAKE_HOME, BEFORE, DIET, ACCESS),
    SUMMIT: (DIET, ACCESS, PHOTO_CONSENT),
}


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
