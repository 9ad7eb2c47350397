"""Which column of a file means what: guessed by its header, in the alliance's six languages, and then chosen by a person.

Pure. A choice names for each column, in their order, a field (`email`), `answer` for an answer named as the column, or nothing.
"""

import re
from collections.abc import Sequence

from events_service.errors import FieldError, Invalid
from events_service.folding import search_key
from events_service.sentences import sentence

ANSWER, SKIPPED = "answer", ""
REGISTRATION_FIELDS = (
    "name", "first_name", "last_name", "email", "organisation", "city", "category", "attendance", "language", "status",
    "door_note", "photo_id",
)  # fmt: skip
GUEST_FIELDS = ("name", "first_name", "last_name", "email", "organisation", "city", "category", "language")
CONTACT_FIELDS = (*GUEST_FIELDS, "title", "group")

# Headers as people write them: English, Danish, Swedish, Norwegian, Finnish, Icelandic.
_SAID = {
    "name": "name|full name|navn|fulde navn|namn|fullständigt namn|fullt navn|nimi|koko nimi|nafn|fullt nafn|deltager|"
    "participant|deltagare|deltaker|osallistuja|þátttakandi",
    "first_name": "first name|given name|forename|fornavn|förnamn|etunimi|fornafn|eiginnafn",
    "last_name": "last name|surname|family name|efternavn|efternamn|etternavn|sukunimi|eftirnafn|kenninafn",
    "email": "email|e-mail|mail|mail address|email address|e-mail address|e-post|epost|e-postadress|e-postadresse|"
    "mailadresse|sähköposti|sähköpostiosoite|netfang|tölvupóstur|tölvupóstfang",
    "organisation": "organisation|organization|company|employer|workplace|municipality|organisasjon|firma|virksomhed|"
    "virksomhet|arbejdsplads|arbetsplats|arbetsgivare|arbeidsplass|kommune|kommun|företag|organisaatio|yritys|"
    "työnantaja|kunta|stofnun|fyrirtæki|vinnustaður|sveitarfélag|samtök",
    "city": "city|town|by|stad|ort|sted|kaupunki|paikkakunta|borg|bær|staður",
    "category": "category|type|role|kategori|rolle|roll|deltagertype|luokka|rooli|osallistujatyyppi|flokkur|hlutverk",
    "attendance": "attendance|participation|deltagelse|deltagande|deltakelse|osallistuminen|osallistumistapa|þátttaka",
    "language": "language|preferred language|sprog|språk|kieli|tungumál|mál",
    "status": "status|state|tila|staða",
    "door_note": "door note|note for the door|note til døren|dørnote|anteckning till dörren|dörrnotering|merknad til døren|"
    "dørmerknad|huomautus ovelle|ovihuomautus|athugasemd við dyr",
    "photo_id": "photo id|check photo id|id check|billedlegitimation|fotolegitimation|bildelegitimasjon|legitimation|"
    "legitimasjon|kuvallinen henkilöllisyystodistus|henkilöllisyystodistus|skilríki|skilríki með mynd",
    "title": "title|job title|position|titel|stilling|befattning|tittel|stillingstittel|nimike|tehtävänimike|titill|starfsheiti",
    "group": "group|contact group|gruppe|grupp|ryhmä|hópur",
}


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[^\w]+|_", " ", search_key(header)).split())


_FIELD = {_plain(header): field for field, headers in _SAID.items() for header in headers.split("|")}
_PREFIX = re.compile(r"answers?\s*[.:]\s*", re.IGNORECASE)


def guess(headers: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """What each column most likely means; a field is given to the first column that names it."""
    chosen: list[str] = []
    for header in headers:
        field = _FIELD.get(_plain(header), SKIPPED)
        if _PREFIX.match(header):
            field = ANSWER
        fits = field == ANSWER or (field in fields and field not in chosen)
        chosen.append(field if fits else SKIPPED)
    if "name" in chosen and {"first_name", "last_name"} <= set(chosen):
        # The whole name says it all.
        chosen = [SKIPPED if field in ("first_name", "last_name") else field for field in chosen]
    return tuple(chosen)


def answer_name(header: str) -> str:
    """What the answer in a column of that header is called: `answers.diet` and `Diet` are `diet` and `Diet`."""
    return _PREFIX.sub("", header, count=1).strip()


def check_choice(headers: Sequence[str], choice: Sequence[str], fields: Sequence[str]) -> tuple[str, ...]:
    """The choice, one entry for each column. Raises `Invalid` with everything that is wrong with it."""
    wrong: list[FieldError] = []
    if len(choice) != len(headers) or not {*choice} <= {*fields, ANSWER, SKIPPED}:
        raise Invalid([FieldError("columns", "unknown_field", "There is no such field, or not one for each column.")])
    for field in fields:
        if list(choice).count(field) > 1:
            wrong.append(
                FieldError("columns", "chosen_twice", sentence("Two columns cannot both be “%(field)s”.", field=field))
            )
    for column, (field, header) in enumerate(zip(choice, headers, strict=True)):
        if field == ANSWER and not answer_name(header):
            wrong.append(
                FieldError(
                    "columns",
                    "nameless",
                    sentence("Column %(number)s has no header to name an answer.", number=column + 1),
                )
            )
    if "email" not in choice:
        wrong.append(FieldError("columns", "no_address", "Say which column holds the mail addresses."))
    if not {"name", "first_name", "last_name"} & set(choice):
        wrong.append(FieldError("columns", "no_name", "Say which column holds the names."))
    if wrong:
        raise Invalid(wrong)
    return tuple(choice)
