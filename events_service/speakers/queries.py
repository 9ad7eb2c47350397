"""Reading speakers."""

from collections.abc import Mapping
from dataclasses import dataclass

from events_service.database import Row, fetch, fetch_one
from events_service.database.sql import meant_literally
from events_service.errors import NotFound
from events_service.folding import search_key
from events_service.sealing import token_digest
from events_service.speakers.rules import Speaker, State

# Lists are in the order of so many letters of the name, which is what a cursor has room for.
_SORTED_BY = "SUBSTR(search_key, 1, 60)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which speakers a list shows; empty means all."""

    text: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """How a roster stands: how many there are in each state, how many were not asked yet, and how many have not answered."""

    states: Mapping[State, int]
    to_ask: int
    unanswered: int

    @property
    def everyone(self) -> int:
        """All on the roster."""
        return sum(self.states.values())


def speaker_from(row: Row) -> Speaker:
    """The speaker in a row of the table."""
    return Speaker(
        id=row["id"],
        event_id=row["event"],
        name=row["name"],
        email=row["email"],
        title=row["title"],
        organisation=row["organisation"],
        city=row["city"],
        biography=row["biography"],
        language=row["language"],
        public=row["public"],
        state=State(row["state"]),
        availability=row["availability"],
        technical_needs=row["technical_needs"],
        import_key=row["import_key"],
        photo_digest=row["photo_digest"],
        link_generation=row["link_generation"],
        asked_at=row["asked_at"],
        reminded_at=row["reminded_at"],
        answered_at=row["answered_at"],
        version=row["version"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
    )


async def speaker_by_id(event_id: str, speaker_id: str) -> Speaker:
    """The speaker of that id on that event's roster. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM speaker WHERE event = $1 AND id = $2", event_id, speaker_id)
    if row is None:
        raise NotFound()
    return speaker_from(row)


async def find_speaker(speaker_id: str) -> Speaker | None:
    """The speaker of that id, whatever the event."""
    row = await fetch_one("SELECT * FROM speaker WHERE id = $1", speaker_id)
    return speaker_from(row) if row else None


async def speakers_of(event_id: str) -> Mapping[str, Speaker]:
    """Everyone on the event's roster by id, in the order of their names."""
    rows = await fetch("SELECT * FROM speaker WHERE event = $1 ORDER BY search_key, id", event_id)
    return {row["id"]: speaker_from(row) for row in rows}


async def speaker_by_code(code: str) -> Speaker:
    """The speaker whose own page this code opens. Raises `NotFound`."""
    row = await fetch_one("SELECT * FROM speaker WHERE link_digest = $1", token_digest(code.strip().lower()))
    if row is None:
        raise NotFound()
    return speaker_from(row)


def list_key(speaker: Speaker) -> str:
    """Where the speaker stands in the order of lists."""
    return f"{searched_by(speaker)[:60]}\n{speaker.id}"


async def list_speakers(event_id: str, wanted: Wanted, *, after: str = "", limit: int) -> list[Speaker]:
    """Those wanted by name, from the one after the key `after` on."""
    where, values = _conditions(event_id, wanted)
    if after:
        name, _, speaker_id = after.rpartition("\n")
        values += [name, speaker_id]
        where += f" AND ({_SORTED_BY}, id) > (${len(values) - 1}, ${len(values)})"
    rows = await fetch(
        f"SELECT * FROM speaker WHERE {where} ORDER BY {_SORTED_BY}, id LIMIT ${len(values) + 1}",  # noqa: S608
        *values,
        limit,
    )
    return [speaker_from(row) for row in rows]


async def count_speakers(event_id: str, wanted: Wanted) -> int:
    """How many are wanted in all."""
    where, values = _conditions(event_id, wanted)
    row = await fetch_one(f"SELECT COUNT(*) AS people FROM speaker WHERE {where}", *values)  # noqa: S608
    return int(row["people"]) if row else 0


async def roster_overview(event_id: str) -> Overview:
    """How the event's roster stands."""
    rows = await fetch(
        """SELECT state, COUNT(*) AS people,
                  SUM(CASE WHEN email IS NOT NULL AND asked_at IS NULL THEN 1 ELSE 0 END) AS unasked,
                  SUM(CASE WHEN email IS NOT NULL AND asked_at IS NOT NULL
                            AND (answered_at IS NULL OR answered_at < asked_at) THEN 1 ELSE 0 END) AS unanswered
           FROM speaker WHERE event = $1 GROUP BY state""",
        event_id,
    )
    open_ones = [row for row in rows if State(row["state"]) in (State.PROPOSED, State.INVITED)]
    return Overview(
        {State(row["state"]): int(row["people"]) for row in rows},
        to_ask=sum(int(row["unasked"]) for row in open_ones),
        unanswered=sum(int(row["unanswered"]) for row in open_ones),
    )


async def roster_version(event_id: str) -> int:
    """A number that rises with every change of the event's roster; 0 while nobody is on it."""
    row = await fetch_one("SELECT version FROM roster WHERE event = $1", event_id)
    return int(row["version"]) if row else 0


def searched_by(speaker: Speaker) -> str:
    """What is searched and sorted by."""
    return search_key(" ".join((speaker.name, speaker.organisation, speaker.city)))


def _conditions(event_id: str, wanted: Wanted) -> tuple[str, list[object]]:
    """A WHERE clause and its values from $1 on. Its words are ours alone."""
    where, values = ["event = $1"], [event_id]
    if wanted.state:
        values.append(wanted.state)
        where.append(f"state = ${len(values)}")
    for word in search_key(wanted.text).split():
        values.append(f"%{meant_literally(word)}%")
        where.append(f"search_key LIKE ${len(values)} ESCAPE '!'")
    return " AND ".join(where), [*values]
