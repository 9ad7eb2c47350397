"""Whom the lists of invitations must not name: a guest who is protected at the event stands in them under the alias."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from events_service.database import fetch
from events_service.folding import search_key
from events_service.invitations.rules import Invitation


@dataclass(frozen=True, slots=True)
class Hidden:
    """Who is protected at an event, by the id of their registration and by their address, folded → the alias."""

    by_registration: Mapping[str, str] = field(default_factory=dict)
    by_address: Mapping[str, str] = field(default_factory=dict)

    def alias_of(self, one: Invitation) -> str | None:
        """Under which name its guest is shown, where they are protected."""
        return self.by_registration.get(one.registration_id or "") or self.by_address.get(one.email.casefold())

    def shown(self, one: Invitation) -> Invitation:
        """The invitation as it may be shown: of the protected neither address nor organisation, nor what they wrote."""
        alias = self.alias_of(one)
        return one if alias is None else replace(one, name=alias, email="", organisation="", word="")

    def found_by(self, text: str) -> "Hidden":
        """Those of them whose alias holds every word of the text."""
        words = search_key(text).split()

        def matches(alias: str) -> bool:
            return all(word in search_key(alias) for word in words)

        return Hidden(
            {one: alias for one, alias in self.by_registration.items() if matches(alias)},
            {one: alias for one, alias in self.by_address.items() if matches(alias)},
        )


async def hidden_at(event_id: str, *, may_see_protected: bool) -> Hidden:
    """Who is hidden there from whoever looks: nobody from those who `may_see_protected`."""
    if may_see_protected:
        return Hidden()
    rows = await fetch("SELECT id, email_key, name FROM registration WHERE event = $1 AND protected", event_id)
    return Hidden({row["id"]: row["name"] for row in rows}, {row["email_key"]: row["name"] for row in rows})
