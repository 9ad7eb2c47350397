"""What is told about personal data, and the way to protect somebody."""

from events_service.audit.rules import Doer
from events_service.people.rules import Role
from events_service.privacy.protecting import protect
from events_service.questions.consents import DATA_USE_VERSION, data_use_wording
from events_service.settings import Settings
from tests.agenda.given import a_summit
from tests.house.given import service
from tests.house.test_access import cookies_of
from tests.privacy.given import registered


async def test_whom_to_ask_and_how_to_take_out_and_erase_is_told_with_the_words_everybody_agrees_to(
    database: Settings,
) -> None:
    async with service(database) as client:
        words = (await client.get("/privacy")).text
    for told in (
        "invites@localhost",
        'take out and erase what we hold about you yourself: <a href="/my/link">',
        f"“{data_use_wording()}”",
        f"These words have the version {DATA_USE_VERSION}.",
    ):
        assert told in words


async def test_the_way_to_protect_somebody_is_shown_to_who_may(database: Settings) -> None:
    async with service(database) as client:
        await a_summit()
        person = await registered("summit", answers={})
        page, way = f"/office/registrations/{person}", f'href="/office/registrations/{person}/protection"'
        signed_in = {role: await cookies_of(role, "summit") for role in (Role.ORGANISER, Role.REGISTRAR, Role.VIEWER)}
        before = {role: way in (await client.get(page, headers=signed_in[role])).text for role in signed_in}
        await protect(person, alias="Heron 4", doer=Doer("account", "me"), reason="Works undercover.")
        after = {role: way in (await client.get(page, headers=signed_in[role])).text for role in signed_in}
    assert before == {Role.ORGANISER: True, Role.REGISTRAR: True, Role.VIEWER: False}
    assert after == {Role.ORGANISER: True, Role.REGISTRAR: False, Role.VIEWER: False}
