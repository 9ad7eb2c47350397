"""The agendas of the demonstration's events: rooms, tracks and sessions, as first released and as changed since.

Times are wall time in each event's zone. People are named by who they are in the directory: `mayor:oslo` is Oslo's mayor,
`expert:3` the third expert, `youth:1@bergen` Bergen's first young ambassador; a role may stand before: `moderator mayor:oslo`.
"""

from dataclasses import dataclass, field
from typing import Any

from events_service.demo.happenings import KICK_OFF, LAUNCH, SUMMIT, TASK_FORCE, WORKSHOP


@dataclass(frozen=True, slots=True)
class Item:
    """A session: `at` is `02T10:00` (day and wall time of the event's month), empty for the shelf; `rooms` and `track` are keys."""

    title: str
    at: str
    minutes: int
    rooms: str = ""
    kind: str = "talk"
    track: str = ""
    who: tuple[str, ...] = ()
    abstract: str = ""
    topics: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """An event's agenda. `moved` and `cancelled` are titles that the second release, with its note, changes."""

    event: str
    month: str
    rooms: dict[str, dict[str, Any]]
    tracks: dict[str, dict[str, Any]]
    items: tuple[Item, ...]
    note: str
    second_note: str = ""
    moved: dict[str, str] = field(default_factory=dict)
    cancelled: tuple[str, ...] = ()
    overlap: str = "warn"


def _signup(capacity: int) -> dict[str, Any]:
    return {"signup": True, "capacity": capacity}


_ALL = "blue golden council gallery study"
_HALL = {"venue": "Stockholm City Hall", "city": "Stockholm"}

_SUMMIT = Plan(
    event=SUMMIT,
    month="2027-12",
    overlap="refuse",
    rooms={
        "blue": {"name": "Blue Hall", "capacity": 300, **_HALL},
        "golden": {"name": "Golden Hall", "capacity": 160, **_HALL},
        "council": {"name": "Council Chamber", "capacity": 100, **_HALL},
        "gallery": {"name": "Prince's Gallery", "capacity": 60, **_HALL},
        "study": {"name": "Study", "capacity": 24, **_HALL},
        "malmo": {"name": "Malmö Town Hall", "capacity": 80, "venue": "Malmö Town Hall", "city": "Malmö"},
        "online": {"name": "Online stage", "online": True},
    },
    tracks={
        "home": {"name": "Close to home", "colour": "fjord"},
        "digital": {"name": "Digital cities", "colour": "heather"},
        "young": {"name": "Young pioneers", "colour": "moss"},
        "ready": {"name": "Preparedness", "colour": "rowan"},
    },
    items=(
        Item("Arrival, badges and coffee", "02T09:00", 60, _ALL, "break"),
        Item(
            "Opening of the summit", "02T10:00", 30, "blue online", "plenary",
            who=("host mayor:stockholm", "speaker mayor:copenhagen", "interpreter expert:9"),
            abstract="Welcome by the host city. What the cities promised each other a year ago, read out as it was written.",
        ),
        Item(
            "The year in nineteen minutes", "02T10:30", 30, "blue online", "plenary",
            who=("moderator expert:1", "speaker youth:1@tampere"),
            abstract="One minute from each member city: **one result, one open question**. A bell keeps the time.",
        ),
        Item(
            "Trust as preparedness", "02T11:15", 45, "blue online", "keynote", "ready",
            who=("speaker expert:2",), topics=("governance-preparedness",),
            abstract="People who trust their city tell it early when something is wrong. The keynote goes through twelve years "
            "of calls to local prevention teams and asks what made the difference:\n\n- who answered the telephone\n"
            "- how fast somebody came\n- whether the caller ever heard what became of it",
        ),
        Item("Lunch by delegation", "02T12:00", 90, _ALL, "break"),
        Item(
            "The caretaker, the coach and the librarian", "02T13:30", 60, "golden", "panel", "home",
            who=("moderator practitioner:1@gothenburg", "panellist practitioner:2@aarhus", "panellist ngo:3", "panellist police:1"),
            topics=("safe-neighbourhoods",),
            abstract="Who notices first? Three people without prevention in their job title talk about what they saw.",
        ),
        Item(
            "Rumours at the speed of a school day", "02T13:30", 60, "council", "talk", "digital",
            who=("speaker expert:4", "speaker practitioner:1@turku"), topics=("digital-cities",),
            abstract="A rumour in a class chat at 8.10, a crowd at the gate at 14.00. What the city could have known at noon.",
        ),
        Item(
            "Hosts, not guests: young people run the room", "02T13:30", 90, "gallery", "workshop", "young",
            who=("facilitator youth:1@bergen", "facilitator youth:2@malmo"), topics=("young-pioneers",),
            abstract="You plan a dialogue evening with people half your age, and they decide. Bring an idea you doubt.",
            more=_signup(24),
        ),
        Item(
            "Sparring: Oslo lays a case on the table", "02T13:30", 60, "study", "sparring", "home",
            who=("host practitioner:1@oslo", "facilitator expert:6"), topics=("safe-neighbourhoods",),
            abstract="One city explains a hard case without names, six people ask, and both write down what they take home.",
            more=_signup(6),
        ),
        Item(
            "The square belongs to everyone", "02T13:30", 60, "malmo", "city_story", "home",
            who=("speaker mayor:malmo",), topics=("local-democracy", "diversity"),
            abstract="Told where it happened, on the square outside, and shown on the screen in Stockholm.",
        ),
        Item(
            "What does a mayor say in the first hour?", "02T14:45", 60, "golden", "panel", "ready",
            who=("moderator expert:7", "panellist mayor:oslo", "panellist mayor:turku", "panellist mayor:trondheim"),
            topics=("governance-preparedness", "local-democracy"),
            abstract="Three mayors who have had to. No slides.",
        ),
        Item(
            "A help desk for threats against officials", "02T14:45", 45, "council", "city_story", "digital",
            who=("speaker practitioner:1@helsinki",), topics=("digital-cities", "local-democracy"),
            abstract="Helsinki's desk takes reports, keeps evidence and sits with people while they read what was written to them.",
        ),
        Item(
            "Sparring: Umeå lays a case on the table", "02T14:45", 60, "study", "sparring", "young",
            who=("host practitioner:1@umea", "facilitator expert:8"), topics=("young-pioneers",),
            abstract="One city explains a hard case without names, six people ask, and both write down what they take home.",
            more=_signup(6),
        ),
        Item("Coffee in the arcade", "02T15:45", 15, _ALL, "break"),
        Item(
            "Young ambassadors report to the mayors", "02T16:00", 75, "blue online", "plenary", "young",
            who=("host youth:3@copenhagen", "speaker youth:1@oslo", "speaker youth:2@reykjavik", "speaker youth:1@umea"),
            topics=("young-pioneers", "local-democracy"),
            abstract="Four findings, four demands, and an answer from each table before dinner.",
        ),
        Item(
            "Evening in the Golden Hall", "02T18:30", 210, "golden", "social", who=("host mayor:stockholm",),
            abstract="Dinner, and music by a youth orchestra. Dress as you are.",
        ),
        Item(
            "Morning walk: how a city hall is kept open", "03T08:00", 45, "", "social", "ready",
            who=("host police:2",), abstract="Round the building with the people who look after it. Meet at the south gate.",
            more=_signup(20),
        ),
        Item(
            "Exit work in a small town", "03T09:00", 45, "golden", "talk", "home",
            who=("speaker ngo:5", "speaker practitioner:1@akureyri"), topics=("safe-neighbourhoods",),
            abstract="When everybody knows everybody, how does somebody come back?",
        ),
        Item(
            "Moderating a city's own channels", "03T09:00", 45, "council", "workshop", "digital",
            who=("facilitator practitioner:2@odense",), topics=("digital-cities",),
            abstract="Real comments, made anonymous. You decide; then you hear what the city did and what came of it.",
            more=_signup(18),
        ),
        Item(
            "Night walks, ten years on", "03T09:00", 45, "gallery", "city_story", "young",
            who=("speaker practitioner:1@vasteras", "speaker youth:1@vasteras"), topics=("safe-neighbourhoods", "young-pioneers"),
            abstract="Grown-ups in yellow jackets were only the beginning.",
        ),
        Item(
            "Sparring: Tromsø lays a case on the table", "03T09:00", 60, "study", "sparring", "ready",
            who=("host practitioner:1@tromso", "facilitator expert:11"), topics=("governance-preparedness",),
            abstract="One city explains a hard case without names, six people ask, and both write down what they take home.",
            more=_signup(6),
        ),
        Item(
            "Exercises that nobody enjoys and everybody needs", "03T10:00", 45, "golden", "workshop", "ready",
            who=("facilitator police:3", "facilitator expert:12"), topics=("governance-preparedness",),
            abstract="A table-top exercise in forty-five minutes. You will be missing information; that is the exercise.",
            more=_signup(40),
        ),
        Item(
            "Sparring: Helsingør lays a case on the table", "03T10:00", 60, "study", "sparring", "home",
            who=("host practitioner:1@helsingor", "facilitator expert:6"), topics=("diversity",),
            abstract="One city explains a hard case without names, six people ask, and both write down what they take home.",
            more=_signup(6),
        ),
        Item(
            "What research saw, and what it did not", "03T11:00", 60, "blue online", "keynote",
            who=("speaker expert:5",), topics=("governance-preparedness",),
            abstract="The accompanying research reports its findings to the cities for the first time.",
            more={"visible_from": "2027-11-25T09:00"},
        ),
        Item("Lunch", "03T12:30", 60, _ALL, "break"),
        Item(
            "Commitments for next year", "03T13:30", 75, "blue online", "plenary",
            who=("moderator expert:1", "speaker mayor:aarhus", "speaker mayor:reykjavik"),
            topics=("governance-preparedness", "local-democracy"),
            abstract="Each delegation writes one sentence. Nobody leaves before it can be checked in a year.",
        ),
        Item(
            "Handing over to the next host", "03T15:00", 30, "blue online", "plenary",
            who=("speaker mayor:stockholm", "speaker mayor:bergen"),
        ),
        Item(
            "Learning from a false alarm", "", 45, "", "talk", "ready", who=("speaker practitioner:2@jyvaskyla",),
            abstract="Held ready in case a session falls out.", more={"state": "draft"},
        ),
    ),
    note="The first agenda. Sign-up for workshops and sparring is open; places are few.",
    second_note="Helsinki's story moved to the Prince's Gallery, a quarter of an hour later. The sparring with Helsingør is cancelled: "
    "the case is settled, which is **good news**.",
    moved={"A help desk for threats against officials": "02T15:00 gallery"},
    cancelled=("Sparring: Helsingør lays a case on the table",),
)  # fmt: skip

_LAUNCH = Plan(
    event=LAUNCH,
    month="2027-03",
    rooms={
        "hall": {"name": "Main hall", "capacity": 200},
        "arcade": {"name": "Arcade", "capacity": 200},
        "library": {"name": "Library", "capacity": 30},
    },
    tracks={"guide": {"name": "The guide", "colour": "amber"}, "practice": {"name": "Practice", "colour": "lichen"}},
    items=(
        Item("Doors open, coffee in the arcade", "07T11:00", 30, "arcade hall", "break"),
        Item("Welcome from the host city", "07T11:30", 15, "hall", "plenary", "guide", ("host mayor:copenhagen",)),
        Item(
            "What a square is for", "07T11:45", 30, "hall", "keynote", "guide", ("speaker expert:3",),
            "A square is where a city practises being many. The keynote opens the guide at its first page.",
            ("local-democracy",), {"language": "en"},
        ),
        Item(
            "Three city stories: Malmö, Tampere, Akureyri", "07T12:15", 45, "hall", "city_story", "practice",
            ("moderator expert:10", "speaker practitioner:2@malmo", "speaker practitioner:1@tampere", "speaker practitioner:2@akureyri"),
            "Fifteen minutes each, with what did not work told first.", ("safe-neighbourhoods",),
        ),
        Item("Lunch", "07T13:00", 60, "arcade hall", "break"),
        Item(
            "Staying open after an attack", "07T14:00", 60, "hall", "panel", "guide",
            ("moderator expert:1", "panellist mayor:copenhagen", "panellist mayor:oslo", "panellist mayor:stockholm",
             "interpreter expert:9"),
            "Three mayors on doors, cordons and the morning after.", ("local-democracy", "safe-neighbourhoods"),
        ),
        Item(
            "Early concern: from worry to a first conversation", "07T15:00", 60, "library", "workshop", "practice",
            ("facilitator practitioner:1@copenhagen", "facilitator ngo:2"),
            "For people who are told something and do not know yet what it is.", ("safe-neighbourhoods",), _signup(12),
        ),
        Item("Questions to the authors", "07T16:15", 25, "hall", "panel", "guide", ("moderator expert:3", "panellist expert:10")),
        Item("Closing words, and the guide to take home", "07T16:40", 20, "hall", "plenary", "guide", ("host mayor:copenhagen",)),
    ),
    note="The programme of the day.",
)  # fmt: skip

_KICK_OFF = Plan(
    event=KICK_OFF,
    month="2027-01",
    rooms={"main": {"name": "Main call", "online": True}},
    tracks={},
    items=(
        Item("Hello, and how this year's meetings work", "13T10:00", 10, "main", "plenary", who=("host expert:1",)),
        Item(
            "Three plans in brief: Odense, Trondheim, Jyväskylä", "13T10:10", 25, "main", "city_story", "",
            ("speaker practitioner:1@odense", "speaker practitioner:1@trondheim", "speaker practitioner:1@jyvaskyla"),
            "Eight minutes each, then one question.", ("safe-neighbourhoods",),
        ),
        Item(
            "Small groups: what worries us, what we have, what we lack", "13T10:35", 35, "main", "workshop", "",
            ("facilitator expert:8",), "You are put into groups of five.", (),
            {"join_url": "https://meet.alliance.example/kick-off-small-groups"},
        ),
        Item("Back together: requests and offers", "13T11:10", 15, "main", "plenary", who=("moderator expert:1",)),
        Item("Dates to note", "13T11:25", 5, "main", "plenary", who=("moderator expert:1",)),
    ),
    note="The order of the ninety minutes.",
)  # fmt: skip

_SPARRING = (
    ("Aarhus with Bergen", "15T09:30", "one"), ("Turku with Umeå", "15T09:30", "two"),
    ("Malmö with Reykjavík", "15T11:15", "one"), ("Helsingør with Tromsø", "15T11:15", "two"),
    ("Västerås with Tampere", "15T14:30", "one"),
)  # fmt: skip

_WORKSHOP = Plan(
    event=WORKSHOP,
    month="2027-04",
    overlap="refuse",
    rooms={
        "main": {"name": "Main call", "online": True},
        "one": {"name": "Sparring room 1", "online": True, "capacity": 12},
        "two": {"name": "Sparring room 2", "online": True, "capacity": 12},
    },
    tracks={"sparring": {"name": "Sparring", "colour": "dusk"}, "together": {"name": "Together", "colour": "birch"}},
    items=(
        Item("Opening and ground rules", "15T09:00", 30, "main", "plenary", "together", ("host expert:6",)),
        *(
            Item(
                f"Sparring: {cities}", at, 75, room, "sparring", "sparring", (f"facilitator expert:{number}",),
                "One city explains a case without names, another asks for half an hour, and both write down what they take home.",
                ("safe-neighbourhoods",),
                {**_signup(8), "join_url": f"https://meet.alliance.example/sparring-{room}"},
            )
            for number, (cities, at, room) in enumerate(_SPARRING, start=12)
        ),
        Item("Lunch", "15T12:45", 45, "main", "break"),
        Item(
            "Describing a case without giving a person away", "15T13:30", 45, "main", "workshop", "together",
            ("facilitator practitioner:2@stockholm",), "With three cases that went wrong in public.", ("safe-neighbourhoods",),
        ),
        Item("What ten cases have in common", "15T16:00", 45, "main", "plenary", "together", ("moderator expert:6",)),
        Item("Agreements and next steps", "15T16:45", 15, "main", "plenary", "together", ("moderator expert:6",)),
    ),
    note="Sign-up for the sparrings is open: eight people each.",
)  # fmt: skip

_TASK_FORCE = Plan(
    event=TASK_FORCE,
    month="2027-02",
    rooms={"loft": {"name": "The loft", "capacity": 24}, "online": {"name": "Online", "online": True}},
    tracks={},
    items=(
        Item("Round of introductions", "09T10:00", 45, "loft online", "plenary", who=("host expert:1",)),
        Item("What we know: three short inputs", "09T10:45", 75, "loft online", "talk", "", ("speaker expert:2", "speaker expert:3")),
        Item("Lunch", "09T12:00", 60, "loft", "break"),
        Item(
            "Which questions are a city's to answer", "09T13:00", 75, "loft online", "panel", "",
            ("moderator expert:1", "panellist police:4", "panellist practitioner:2@tampere"),
        ),
        Item("Plan for the year, and who writes", "09T14:15", 45, "loft online", "plenary", who=("moderator expert:1",)),
    ),
    note="The order of the first meeting.",
)  # fmt: skip

PLANS = (_KICK_OFF, _TASK_FORCE, _LAUNCH, _WORKSHOP, _SUMMIT)
# On the roster, and in no public list: a practitioner who is threatened.
PROTECTED = "practitioner:1@umea"
