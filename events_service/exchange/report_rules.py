"""The figures of an event, and which of them are shown to whom. Pure.

A small number can name somebody. Who may not see registrations sees no group of fewer than five, and none that could be worked out
from the others and the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Counted:
    """People as they were counted: who registered (has a seat, or had one to the end), and who came, each once."""

    registered: int
    attended: int
    registered_by_city: Mapping[str, int]
    registered_by_category: Mapping[str, int]
    by_city: Mapping[str, int]
    by_category: Mapping[str, int]
    by_area: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """What of it is shown. None is not shown; `not_shown_*` is how many people of those who came are in groups left out."""

    registered: int | None
    attended: int | None
    registered_by_city: Mapping[str, int] | None
    registered_by_category: Mapping[str, int] | None
    by_city: Mapping[str, int]
    by_category: Mapping[str, int]
    by_area: Mapping[str, int]
    not_shown_by_city: int = 0
    not_shown_by_category: int = 0


def in_full(counted: Counted) -> Figures:
    """For who may see the registrations themselves."""
    return Figures(
        counted.registered,
        counted.attended,
        _largest_first(counted.registered_by_city),
        _largest_first(counted.registered_by_category),
        _largest_first(counted.by_city),
        _largest_first(counted.by_category),
        _largest_first(counted.by_area),
    )


def for_others(counted: Counted) -> Figures:
    """For everybody else who may see attendance. Who registered is not broken down: with who came, it would tell who stayed away."""
    cities, in_other_cities = without_small(counted.by_city)
    categories, in_other_categories = without_small(counted.by_category)
    return Figures(
        _unless_small(counted.registered),
        _unless_small(counted.attended),
        None,
        None,
        cities,
        categories,
        _largest_first({area: people for area, people in counted.by_area.items() if people >= LEAST_SHOWN}),
        in_other_cities,
        in_other_categories,
    )


def without_small(groups: Mapping[str, int]) -> tuple[dict[str, int], int]:
    """The groups large enough to show, and how many people are in the others: nobody, or at least five, so that they hide each other."""
    shown = _largest_first(groups)
    hidden = 0
    while shown:
        smallest = next(reversed(shown))
        if shown[smallest] >= LEAST_SHOWN and (hidden == 0 or hidden >= LEAST_SHOWN):
            break
        hidden += shown.pop(smallest)
    return shown, hidden if hidden >= LEAST_SHOWN else 0


def _unless_small(people: int) -> int | None:
    return people if people == 0 or people >= LEAST_SHOWN else None


def _largest_first(groups: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(groups.items(), key=lambda group: (-group[1], group[0])))
