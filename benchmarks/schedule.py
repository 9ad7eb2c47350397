"""A large conference's schedule.xml, made up and the same in every run: 674 sessions in 35 rooms over two days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from random import Random
from xml.sax.saxutils import escape, quoteattr

SESSIONS, ROOMS, TRACKS, SPEAKERS = 674, 35, 67, 750
ZONE = timezone(timedelta(hours=1))
FIRST_DAY = date(2037, 2, 7)
OPENS, CLOSES = 9 * 60, 18 * 60
LENGTHS = (20, 25, 25, 30, 30, 30, 50)


def _words(text: str) -> list[str]:
    return text.split()


_WORDS = _words(
    "city square trust school evening police listen rumour youth library signal river harbour council plan measure open "
    "case worry answer street neighbour story night walk office early data garden bridge winter light practice question"
)
_FIRST = _words("Åsa Björn Freyja Ólafur Säde Þóra Øyvind Ægir Mikko Signe Leila Yusuf Solveig Håkon Elín Juho")
_LAST = _words("Ðórsdóttir Ångström Sørensen Mäkelä Þorsteinsson Lindqvist Østergaard Nyström Hagen Virtanen")


def schedule_xml() -> bytes:
    """The file, in UTF-8."""
    random = Random(674)
    people = [_person(random, number) for number in range(1, SPEAKERS + 1)]
    days = "".join(_day(random, index, people) for index in range(2))
    last = FIRST_DAY + timedelta(days=1)
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>\n<schedule><version>1</version><conference><acronym>large</acronym>"
        f"<title>A large conference</title><start>{FIRST_DAY}</start><end>{last}</end><days>2</days>"
        f"<timeslot_duration>00:05</timeslot_duration><time_zone_name>Europe/Copenhagen</time_zone_name></conference>{days}</schedule>"
    )
    return text.encode()


def _day(random: Random, index: int, people: list[str]) -> str:
    rooms = "".join(
        f"<room name={quoteattr(_room(place))}>{''.join(_sessions(random, index, place, people))}</room>"
        for place in range(ROOMS)
    )
    start = datetime.combine(FIRST_DAY + timedelta(days=index), datetime.min.time(), ZONE)
    return (
        f'<day index="{index + 1}" date="{start.date()}" start="{(start + timedelta(hours=8)).isoformat()}" '
        f'end="{(start + timedelta(hours=20)).isoformat()}">{rooms}</day>'
    )


def _sessions(random: Random, index: int, place: int, people: list[str]) -> Iterator[str]:
    """A room's day: one session after the other; over all rooms and days exactly as many as wanted."""
    share = SESSIONS // (2 * ROOMS) + (index * ROOMS + place < SESSIONS % (2 * ROOMS))
    minute = OPENS
    for number in range(share):
        yield _session(random, 1 + (index * ROOMS + place) * 10 + number, index, place, minute, people)
        minute += (CLOSES - OPENS) // share // 5 * 5


def _session(random: Random, number: int, index: int, place: int, minute: int, people: list[str]) -> str:
    length = random.choice(LENGTHS)
    starts = datetime.combine(FIRST_DAY + timedelta(days=index), datetime.min.time(), ZONE) + timedelta(minutes=minute)
    speakers = "".join(random.sample(people, random.choice((1, 1, 1, 2, 2, 3))))
    title = _sentence(random, 6)
    return (
        f'<event id="{number}" guid="{number:08x}-0000-4000-8000-{number:012x}"><date>{starts.isoformat()}</date>'
        f"<start>{starts:%H:%M}</start><duration>{length // 60:02}:{length % 60:02}</duration><room>{escape(_room(place))}</room>"
        f"<slug>large-{number}-session</slug><title>{title}</title><subtitle/><track>Track {(index * ROOMS + place) % TRACKS}</track>"
        f"<type>talk</type><language>en</language><abstract>{_paragraphs(random, 2)}</abstract>"
        f"<description>{_paragraphs(random, 2)}</description><persons>{speakers}</persons></event>"
    )


def _person(random: Random, number: int) -> str:
    return f'<person id="{number}">{random.choice(_FIRST)} {random.choice(_LAST)} {number}</person>'


def _room(place: int) -> str:
    return f"Room {place // 10 + 1}.{place % 10}"


def _paragraphs(random: Random, many: int) -> str:
    return escape("".join(f"<p>{' '.join(_sentence(random, 14) + '.' for _ in range(3))}</p>" for _ in range(many)))


def _sentence(random: Random, words: int) -> str:
    return " ".join(random.choices(_WORDS, k=words)).capitalize()
