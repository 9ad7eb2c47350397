"""Whatever a camera reads gets a verdict."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events_service import database as database_floor
from events_service.door.drafts import LONGEST_BADGE, ScanDraft
from events_service.door.scanning import scan, scan_request
from events_service.identifiers import new_id
from events_service.registrations.badge_tokens import LAYOUT, SIGNATURE_BYTES, parse
from events_service.settings import Settings
from tests.door.given import a_phone, an_event

BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
ANY_TEXT = st.text(st.characters(), max_size=LONGEST_BADGE)
ANY_BYTES = st.binary(max_size=LONGEST_BADGE).map(lambda raw: raw.decode("latin-1"))
BADGE_SHAPED = st.text(BASE32, min_size=144, max_size=144).map(lambda rest: "S1" + rest)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(badges=st.lists(st.one_of(ANY_TEXT, ANY_BYTES, BADGE_SHAPED), min_size=1, max_size=5))
async def test_any_text_up_to_4_kib_gets_a_verdict(database: Settings, badges: list[str]) -> None:
    phone_digest = await _phone()
    for badge in badges:
        draft = ScanDraft(scan_id=new_id(), badge=badge, scanned_at="2037-03-07T11:05")
        answer = await scan(scan_request(draft, device_digest=phone_digest))
        assert (answer.verdict, answer.reason in ("unknown_badge", "forged_badge")) == ("refused", True)


@given(text=st.one_of(ANY_TEXT, ANY_BYTES, BADGE_SHAPED))
def test_a_text_is_taken_apart_or_is_none(text: str) -> None:
    parsed = parse(text)
    if parsed is not None:
        _, body, signature = parsed
        assert (len(body), len(signature)) == (LAYOUT.size, SIGNATURE_BYTES)


async def _phone() -> str:
    """The digest of one device's token, made with the first example."""
    row = await database_floor.fetch_one("SELECT token_digest FROM device")
    return row["token_digest"] if row else (await a_phone(await an_event())).digest
