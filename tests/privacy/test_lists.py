"""A list that somebody is about to take in, or has taken in, goes with whoever is erased and stands in it."""

import pytest

from events_service.database import fetch
from events_service.exchange.waiting import keep
from events_service.privacy.erasing import erase_address
from events_service.privacy.lists import names_address
from tests.door.given import an_event
from tests.exchange.given import xlsx_of
from tests.privacy.test_erasing import THEMSELVES

KEY = "åsa.o'hara@malmö.example"
ROWS = [("Åsa", "ÅSA.O'Hara@Malmö.example"), ("Lars", "lars@oslo.example")]
TEXT = "name;email\n" + "".join(f"{name};{email}\n" for name, email in ROWS)
LISTS = {
    "utf-8": TEXT.encode(),
    "utf-8 with a mark": TEXT.encode("utf-8-sig"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-16-be": b"\xfe\xff" + TEXT.encode("utf-16-be"),
    "windows": TEXT.encode("cp1252"),
    "xlsx": xlsx_of(*ROWS, headers=("name", "email")),
}


@pytest.mark.parametrize("data", LISTS.values(), ids=LISTS)
def test_an_address_is_found_in_every_dress_of_a_list(data: bytes) -> None:
    assert names_address(data, KEY)
    assert names_address(data, "lars@oslo.example")
    assert not names_address(data, "asa@malmo.example")


@pytest.mark.usefixtures("database")
async def test_only_the_lists_that_name_them_go() -> None:
    event = await an_event()
    for name in ("windows", "xlsx"):
        await keep(event, LISTS[name], owner="me", file_name=name)
    await keep(event, b"name;email\nLars;lars@oslo.example\n", owner="me", file_name="other")
    await erase_address(KEY, doer=THEMSELVES)
    assert [row["file_name"] for row in await fetch("SELECT file_name FROM waiting_file")] == ["other"]
