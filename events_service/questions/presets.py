"""Questions that most events ask, ready in all our languages."""

from events_service.questions.drafts import QuestionDraft
from events_service.questions.rules import Kind

DIET = QuestionDraft(
    name="diet",
    kind=Kind.TEXT,
    sensitive=True,
    labels={"en": "Food", "da": "Mad", "sv": "Mat", "nb": "Mat", "fi": "Ruokavalio", "is": "Matur"},
    help={
        "en": "What you do not eat, if we should know. Deleted a week after the event.",
        "da": "Hvad du ikke spiser, hvis vi bør vide det. Slettes en uge efter arrangementet.",
        "sv": "Vad du inte äter, om vi bör veta det. Raderas en vecka efter evenemanget.",
        "nb": "Hva du ikke spiser, hvis vi bør vite det. Slettes en uke etter arrangementet.",
        "fi": "Mitä et syö, jos meidän on hyvä tietää. Poistetaan viikon kuluttua tapahtumasta.",
        "is": "Hvað þú borðar ekki, ef við ættum að vita það. Eytt viku eftir viðburðinn.",
    },
)
ACCESS = QuestionDraft(
    name="access",
    kind=Kind.TEXT,
    sensitive=True,
    labels={
        "en": "Access",
        "da": "Tilgængelighed",
        "sv": "Tillgänglighet",
        "nb": "Tilgjengelighet",
        "fi": "Esteettömyys",
        "is": "Aðgengi",
    },
    help={
        "en": "What would make it easier for you to take part. Deleted a week after the event.",
        "da": "Hvad der ville gøre det lettere for dig at deltage. Slettes en uge efter arrangementet.",
        "sv": "Vad som skulle göra det lättare för dig att delta. Raderas en vecka efter evenemanget.",
        "nb": "Hva som ville gjøre det lettere for deg å delta. Slettes en uke etter arrangementet.",
        "fi": "Mikä helpottaisi osallistumistasi. Poistetaan viikon kuluttua tapahtumasta.",
        "is": "Hvað myndi auðvelda þér að taka þátt. Eytt viku eftir viðburðinn.",
    },
)
PHOTO_CONSENT = QuestionDraft(
    name="photo_consent",
    kind=Kind.CONSENT,
    labels={
        "en": "Photographs in which I can be recognised may be published.",
        "da": "Billeder, hvor jeg kan genkendes, må offentliggøres.",
        "sv": "Bilder där jag kan kännas igen får publiceras.",
        "nb": "Bilder der jeg kan gjenkjennes, kan publiseres.",
        "fi": "Kuvia, joista minut voi tunnistaa, saa julkaista.",
        "is": "Birta má myndir þar sem hægt er að þekkja mig.",
    },
    help={
        "en": "You can take part without it, and change your mind at any time.",
        "da": "Du kan deltage uden, og du kan altid ombestemme dig.",
        "sv": "Du kan delta utan det och ändra dig när som helst.",
        "nb": "Du kan delta uten, og du kan når som helst ombestemme deg.",
        "fi": "Voit osallistua ilman tätä ja muuttaa mieltäsi milloin tahansa.",
        "is": "Þú getur tekið þátt án þess og skipt um skoðun hvenær sem er.",
    },
)
PRESETS = {preset.name: preset for preset in (DIET, ACCESS, PHOTO_CONSENT)}
