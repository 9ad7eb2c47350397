"""The nineteen member cities in five countries, and three guests that come to the summit."""

from events_service.directory.rules import City

MEMBERS = (
    City("copenhagen", "Copenhagen", "DK", "Europe/Copenhagen"),
    City("aarhus", "Aarhus", "DK", "Europe/Copenhagen"),
    City("odense", "Odense", "DK", "Europe/Copenhagen"),
    City("helsingor", "Helsingør", "DK", "Europe/Copenhagen"),
    City("helsinki", "Helsinki", "FI", "Europe/Helsinki"),
    City("turku", "Turku", "FI", "Europe/Helsinki"),
    City("tampere", "Tampere", "FI", "Europe/Helsinki"),
    City("jyvaskyla", "Jyväskylä", "FI", "Europe/Helsinki"),
    City("reykjavik", "Reykjavík", "IS", "Atlantic/Reykjavik"),
    City("akureyri", "Akureyri", "IS", "Atlantic/Reykjavik"),
    City("oslo", "Oslo", "NO", "Europe/Oslo"),
    City("bergen", "Bergen", "NO", "Europe/Oslo"),
    City("trondheim", "Trondheim", "NO", "Europe/Oslo"),
    City("tromso", "Tromsø", "NO", "Europe/Oslo"),
    City("stockholm", "Stockholm", "SE", "Europe/Stockholm"),
    City("gothenburg", "Gothenburg", "SE", "Europe/Stockholm"),
    City("malmo", "Malmö", "SE", "Europe/Stockholm"),
    City("umea", "Umeå", "SE", "Europe/Stockholm"),
    City("vasteras", "Västerås", "SE", "Europe/Stockholm"),
)

GUESTS = (
    City("torshavn", "Tórshavn", "FO", "Atlantic/Faroe", member=False),
    City("nuuk", "Nuuk", "GL", "America/Nuuk", member=False),
    City("mariehamn", "Mariehamn", "AX", "Europe/Mariehamn", member=False),
)

CITIES = MEMBERS + GUESTS
