"""How long people need from one room to another. Pure; times are minutes, and guesses on the safe side."""

from dataclasses import dataclass
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt

from events_service.agenda.rules import Room
from events_service.events.rules import Event

EARTH_KM = 6371.0
TO_SIT_DOWN_ONLINE = 5
# Where both positions are known: a way at this speed, and what it takes to leave and to arrive.
IN_A_CITY_KM_H, AROUND_A_WAY = 20.0, 10
BETWEEN_CITIES_KM_H, AROUND_A_JOURNEY = 100.0, 30
# Where they are not.
TO_ANOTHER_VENUE, TO_ANOTHER_CITY = 30, 180


@dataclass(frozen=True, slots=True)
class Place:
    """A house in a city, "" where it is not known, or online. `position` is latitude and longitude in degrees (WGS 84)."""

    venue: str = ""
    city: str = ""
    position: tuple[float, float] | None = None
    online: bool = False


def place_of(room: Room, event: Event) -> Place:
    """Where a room is: in the event's venue and city unless it says otherwise."""
    if room.online:
        return Place(venue=room.id, online=True)
    venue = event.venue
    city = room.city or (venue.city if venue else "")
    position = _position(room.latitude, room.longitude)
    if venue is None or not _same(city, venue.city) or not _same(room.venue or venue.name, venue.name):
        return Place(room.venue.casefold(), city.casefold(), position)
    return Place(venue.name.casefold(), city.casefold(), position or _position(venue.latitude, venue.longitude))


@lru_cache(maxsize=4096)
def minutes_between_places(first: Place, second: Place) -> int:
    """Whole minutes from one to the other, none within a house or an online room."""
    if first == second:
        return 0
    if first.online or second.online:
        return TO_SIT_DOWN_ONLINE
    same_city = _same(first.city, second.city) or not (first.city and second.city)
    if same_city and first.venue == second.venue:
        return 0
    if first.position is None or second.position is None:
        return TO_ANOTHER_VENUE if same_city else TO_ANOTHER_CITY
    way = kilometres(first.position, second.position)
    speed, around = (IN_A_CITY_KM_H, AROUND_A_WAY) if same_city else (BETWEEN_CITIES_KM_H, AROUND_A_JOURNEY)
    return ceil(way / speed * 60) + around


def kilometres(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Along a great circle between two positions in degrees."""
    (south, west), (north, east) = (tuple(map(radians, one)) for one in (first, second))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


def _position(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    return None if latitude is None or longitude is None else (latitude, longitude)


def _same(first: str, second: str) -> bool:
    return first.casefold() == second.casefold()
