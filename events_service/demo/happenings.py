"""The eight events of the alliance's year, in the words of the contract's event body.

Times are wall time in each event's zone. What happens when stands in `agendas.py`.
"""

from typing import Any

LAUNCH = "open-square-launch"
SUMMIT = "year-in-review-summit"
KICK_OFF = "city-meeting-kick-off"
WORKSHOP = "sparring-day-ten-cities"
MAYORS_MEETING = "four-capitals"
TASK_FORCE = "task-force-online-spaces"
AUTUMN_MEETING = "city-meeting-autumn"
STUDY_VISIT = "study-visit-aarhus"

_LAUNCH: dict[str, Any] = {
    "slug": LAUNCH,
    "title": "Launch of “The Open Square”, a guide for safe and open cities",
    "kind": "launch",
    "format": "in_person",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2027-03-07T11:00",
    "ends_at": "2027-03-07T17:00",
    "summary": "Nineteen cities put two years of practice into one guide: how to keep the public square open when "
    "tension rises, and whom to call before it does.",
    "description": """
The guide gathers what city halls, schools, police and associations have tried, including what did not work.
It is free, short, and written by those who use it. At the launch you meet them.

## Good to know

The talks are in English and Danish with interpretation both ways. The hall has step-free access, an induction loop and
a quiet room. There is no photography in the workshops.
""",
    "languages": ["en", "da"],
    "topics": ["local-democracy", "safe-neighbourhoods"],
    "venue": {
        "name": "City Hall",
        "address": "Rådhuspladsen 1, 1550 København V",
        "city": "Copenhagen",
        "country": "DK",
        "latitude": 55.6757,
        "longitude": 12.5696,
        "disclosure": "public",
    },
    "visibility": "public",
    "registration": {
        "mode": "open",
        "capacity": 200,
        "waitlist": True,
        "retention_days": 90,
        "reentry": "once",
    },
}

_SUMMIT: dict[str, Any] = {
    "slug": SUMMIT,
    "title": "The year in review: closing summit of the member cities",
    "kind": "summit",
    "format": "in_person",
    "timezone": "Europe/Stockholm",
    "starts_at": "2027-12-02T09:00",
    "ends_at": "2027-12-03T15:30",
    "summary": "Delegations from more than twenty cities look back on the year's work against violent extremism and "
    "choose what to do together in the next.",
    "description": """
Two days for the people who carry the work at home: political leaders, practitioners, researchers, civil society and
young ambassadors. Each city brings one result and one open question.

Participation is by personal invitation; delegations are put together by the cities themselves.
""",
    "languages": ["en"],
    "topics": [
        "local-democracy",
        "digital-cities",
        "young-pioneers",
        "diversity",
        "safe-neighbourhoods",
        "governance-preparedness",
    ],
    "venue": {
        "name": "Stockholm City Hall",
        "address": "Hantverkargatan 1, 111 52 Stockholm",
        "city": "Stockholm",
        "country": "SE",
        "latitude": 59.3275,
        "longitude": 18.0544,
        "disclosure": "public",
    },
    "visibility": "public",
    "registration": {
        "mode": "invitation",
        "capacity": 240,
        "waitlist": False,
        "retention_days": 30,
        "reentry": "daily",
    },
}

_KICK_OFF: dict[str, Any] = {
    "slug": KICK_OFF,
    "title": "City meeting: kick-off to the year",
    "kind": "city_meeting",
    "format": "online",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2027-01-13T10:00",
    "ends_at": "2027-01-13T11:30",
    "summary": "Ninety minutes online for practitioners: what the cities plan this year, where they want company, and "
    "who to write to.",
    "description": """
The first of four city meetings in the year. Bring your plan as it is, also if it is half a page.

The meeting is not recorded. Names of residents or of single cases do not belong in it.
""",
    "languages": ["en"],
    "topics": ["safe-neighbourhoods", "governance-preparedness"],
    "join_url": "https://meet.alliance.example/city-meeting-kick-off",
    "visibility": "public",
    "registration": {
        "mode": "open",
        "online_capacity": 120,
        "waitlist": True,
        "retention_days": 30,
        "reentry": "in_and_out",
    },
}

_AUTUMN_MEETING: dict[str, Any] = {
    "slug": AUTUMN_MEETING,
    "title": "City meeting: what the autumn taught us",
    "kind": "city_meeting",
    "format": "online",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2026-11-11T10:00",
    "ends_at": "2026-11-11T11:30",
    "summary": "Ninety minutes online for practitioners: three cities tell what they tried since the summer, and what they "
    "would not do again.",
    "description": """
The last of four city meetings in the year. Each city speaks for ten minutes; the rest is questions.

The meeting is not recorded. Names of residents or of single cases do not belong in it.
""",
    "languages": ["en"],
    "topics": ["safe-neighbourhoods"],
    "join_url": "https://meet.alliance.example/city-meeting-autumn",
    "visibility": "public",
    "registration": {
        "mode": "open",
        "online_capacity": 120,
        "waitlist": True,
        "retention_days": 365,
        "reentry": "in_and_out",
    },
}

_STUDY_VISIT: dict[str, Any] = {
    "slug": STUDY_VISIT,
    "title": "Study visit: how Aarhus works with its schools",
    "kind": "workshop",
    "format": "in_person",
    "timezone": "Europe/Copenhagen",
    "starts_at": "2027-05-11T09:00",
    "ends_at": "2027-05-11T16:00",
    "summary": "A day in two schools, a youth club and the office between them: who calls whom when a teacher worries.",
    "description": """
You walk with those who do the work: a teacher, a youth worker and a police officer. The groups are small,
so that nobody becomes an exhibit; that is why we choose among those who would like to come.

Tell us in your application what you would take home.
""",
    "languages": ["en", "da"],
    "topics": ["safe-neighbourhoods", "young-pioneers"],
    "venue": {
        "name": "The Youth House",
        "address": "Eksempelgade 12, 8000 Aarhus C",
        "city": "Aarhus",
        "country": "DK",
        "latitude": 56.1567,
        "longitude": 10.2108,
        "disclosure": "public",
    },
    "visibility": "public",
    "registration": {
        "mode": "approval",
        "capacity": 16,
        "waitlist": True,
        "retention_days": 30,
        "reentry": "once",
    },
}

_WORKSHOP: dict[str, Any] = {
    "slug": WORKSHOP,
    "title": "A day of sparring: ten cities, ten hard cases",
    "kind": "workshop",
    "format": "online",
    "timezone": "Europe/Stockholm",
    "starts_at": "2027-04-15T09:00",
    "ends_at": "2027-04-15T17:00",
    "summary": "Eight hours online. Each of ten cities lays one difficult case on the table; another city thinks "
    "along, asks, and stays a critical friend.",
    "description": """
Sparring means that one city explains a case without names, another asks for half an hour, and both write down
what they take home. Facilitators keep the time.

Four people from each city can take part; whoever comes later stands on the waiting list.
""",
    "languages": ["en"],
    "topics": ["safe-neighbourhoods", "young-pioneers"],
    "join_url": "https://meet.alliance.example/sparring-day",
    "visibility": "public",
    "registration": {
        "mode": "open",
        "online_capacity": 40,
        "waitlist": True,
        "retention_days": 30,
        "reentry": "in_and_out",
    },
}

_MAYORS_MEETING: dict[str, Any] = {
    "slug": MAYORS_MEETING,
    "title": "Mayors' meeting of four capitals",
    "kind": "city_meeting",
    "format": "in_person",
    "timezone": "Europe/Oslo",
    "starts_at": "2027-05-27T12:00",
    "ends_at": "2027-05-27T16:00",
    "summary": "A closed conversation between the mayors of Copenhagen, Helsinki, Oslo and Stockholm.",
    "description": """
Four mayors, one table, no audience. The place is told to those who take part.

## Programme

- **12.00** Lunch
- **13.00** The threat picture, as four police districts see it
- **14.00** Large gatherings: keeping them open
- **15.15** What the capitals ask of their governments
- **16.00** End
""",
    "languages": ["en"],
    "topics": ["governance-preparedness"],
    "venue": {
        "name": "The Boathouse",
        "address": "Eksempelstien 4, 0287 Oslo",
        "city": "Oslo",
        "country": "NO",
        "latitude": 59.9045,
        "longitude": 10.6951,
        "disclosure": "registered",
    },
    "visibility": "invited",
    "registration": {
        "mode": "invitation",
        "capacity": 12,
        "waitlist": False,
        "retention_days": 7,
        "reentry": "once",
    },
}

_TASK_FORCE: dict[str, Any] = {
    "slug": TASK_FORCE,
    "title": "Task force on hate in online spaces: first meeting",
    "kind": "task_force",
    "format": "hybrid",
    "timezone": "Europe/Helsinki",
    "starts_at": "2027-02-09T10:00",
    "ends_at": "2027-02-09T15:00",
    "summary": "Practitioners, researchers and police start a year's work: what a city can do when a threat is made in "
    "a chat and felt in a schoolyard.",
    "description": """
The task force has fourteen members and one year. In its first meeting it agrees on what it will and will not take up.

""",
    "languages": ["en", "fi"],
    "topics": ["digital-cities"],
    "venue": {
        "name": "The Old Weaving Mill",
        "address": "Esimerkkikatu 8, 33210 Tampere",
        "city": "Tampere",
        "country": "FI",
        "latitude": 61.4991,
        "longitude": 23.7608,
        "disclosure": "registered",
    },
    "join_url": "https://meet.alliance.example/task-force-online-spaces",
    "visibility": "invited",
    "registration": {
        "mode": "invitation",
        "capacity": 16,
        "online_capacity": 10,
        "waitlist": False,
        "retention_days": 30,
        "reentry": "once",
    },
}

# In the order of their dates.
HAPPENINGS = (
    _AUTUMN_MEETING,
    _KICK_OFF,
    _TASK_FORCE,
    _LAUNCH,
    _WORKSHOP,
    _STUDY_VISIT,
    _MAYORS_MEETING,
    _SUMMIT,
)
