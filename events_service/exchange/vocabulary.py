"""Words for codes: what a file says in one of six languages, and the code it stands for. Pure.

What is no word of ours stays as it is: whoever reads it as a code refuses it by name.
"""

from collections.abc import Iterable, Mapping

from events_service.directory.rules import City
from events_service.folding import search_key

_CATEGORY = {
    "elected_official": "elected official|politician|mayor|councillor|folkevalgt|politiker|borgmester|ordfører|förtroendevald|"
    "borgmästare|kommunalråd|luottamushenkilö|poliitikko|pormestari|kjörinn fulltrúi|stjórnmálamaður|borgarstjóri|bæjarstjóri",
    "practitioner": "practitioner|praktiker|fagperson|praktiserende|praktiker|asiantuntijatyöntekijä|käytännön toimija|fagmaður|"
    "starfsmaður",
    "expert": "expert|researcher|ekspert|forsker|expert|forskare|asiantuntija|tutkija|sérfræðingur|rannsakandi",
    "ngo": "ngo|civil society|association|civilsamfund|forening|civilsamhälle|förening|sivilsamfunn|kansalaisjärjestö|järjestö|"
    "félagasamtök|frjáls félagasamtök",
    "police": "police|politi|polis|poliisi|lögregla",
    "youth": "youth|young people|young ambassador|unge|ungdom|unga|ung|nuoret|nuori|ungt fólk|ungmenni",
    "media": "media|press|journalist|presse|medier|journalist|lehdistö|toimittaja|fjölmiðlar|blaðamaður",
    "speaker": "speaker|oplægsholder|taler|talare|föreläsare|foredragsholder|puhuja|fyrirlesari|ræðumaður",
    "staff": "staff|team|personale|medarbejder|personal|ansatt|stab|henkilökunta|henkilöstö|starfsfólk",
    "guest": "guest|gæst|gäst|gjest|vieras|gestur",
}
_ATTENDANCE = {
    "in_person": "in person|in-person|on site|onsite|physical|fysisk|på stedet|på plats|til stede|paikan päällä|lähi|á staðnum",
    "online": "online|remote|virtual|digital|digitalt|på nett|på nettet|på distans|etänä|etä|verkossa|á netinu|fjarfundur",
}
_LANGUAGE = {
    "en": "english|engelsk|engelska|englanti|enska|eng",
    "da": "danish|dansk|danska|tanska|dan|dk",
    "sv": "swedish|svensk|svenska|ruotsi|sænska|swe|se",
    "nb": "norwegian|norsk|norsk bokmål|bokmål|norska|norja|norska bokmål|nor|no|nob",
    "fi": "finnish|finsk|finska|suomi|finnska|fin",
    "is": "icelandic|islandsk|isländska|islanti|íslenska|isl|ice",
}
_STATUS = {
    "confirmed": "confirmed|registered|accepted|bekræftet|tilmeldt|bekräftad|anmäld|bekreftet|påmeldt|vahvistettu|"
    "ilmoittautunut|staðfest|skráð|skráður",
    "waitlisted": "waitlisted|waiting list|waitlist|venteliste|väntelista|jonossa|jonotuslista|á biðlista|biðlisti",
    "pending": "pending|waiting for approval|afventer|väntar|venter|odottaa|í bið",
    "invited": "invited|inviteret|inbjuden|invitert|kutsuttu|boðið",
    "offered": "offered|seat offered",
    "declined": "declined|refused|rejected|afvist|afslået|nekad|avslått|avvist|hylätty|kieltäytyi|hafnað",
    "cancelled": "cancelled|canceled|withdrawn|afmeldt|aflyst|avanmäld|avbokad|avmeldt|peruttu|perunut|afskráð|hætt við",
}
_YES_OR_NO = {
    "true": "yes|ja|kyllä|já|x|1",
    "false": "no|nej|nei|ei|0",
}
_GROUP = {
    "mayor": "mayor|borgmester|ordfører|borgmästare|pormestari|borgarstjóri",
    "young_ambassador": "young ambassador|ung ambassadør|ung ambassadör|nuorisolähettiläs|ungur sendiherra",
    "expert": "expert|ekspert|asiantuntija|sérfræðingur",
    "partner": "partner|samarbejdspartner|samarbetspartner|samarbeidspartner|kumppani|samstarfsaðili",
}


def _by_word(said: Mapping[str, str]) -> dict[str, str]:
    words = {search_key(word): code for code, all_of_it in said.items() for word in all_of_it.split("|")}
    return (
        words | {search_key(code): code for code in said} | {search_key(code.replace("_", " ")): code for code in said}
    )


CODES: Mapping[str, Mapping[str, str]] = {
    "category": _by_word(_CATEGORY),
    "attendance": _by_word(_ATTENDANCE),
    "language": _by_word(_LANGUAGE),
    "status": _by_word(_STATUS),
    "group": _by_word(_GROUP),
    "photo_id": _by_word(_YES_OR_NO),
}


def city_names(cities: Iterable[City]) -> dict[str, str]:
    """The name of a city in the directory by its name or slug, folded: `malmo` and `MALMÖ` are Malmö."""
    cities = list(cities)
    return {search_key(city.slug): city.name for city in cities} | {search_key(city.name): city.name for city in cities}


def meant(field: str, text: str, cities: Mapping[str, str]) -> str:
    """The code for a word in that field, or a city's name as the directory writes it; else the text itself."""
    known = cities if field == "city" else CODES.get(field, {})
    return known.get(" ".join(search_key(text).split()), text)
