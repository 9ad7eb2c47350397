"""Rosters that were made: a device that asks again while nothing changed costs a glance at the database."""

import asyncio
import gzip
from collections import OrderedDict

from events_service import clock
from events_service.database import KeptUntilWritten
from events_service.door.queries import DoorDevice, paired_device
from events_service.door.rosters import Outline, outline, write_roster
from events_service.door.rules import refuse_when_over
from events_service.web.shelf import WORTH_PACKING_BYTES, KeptFile

OUTLINES_AT_MOST = 1_000
BYTES_AT_MOST = 64 * 1024 * 1024
# Sealed names hardly shrink: more than this would only take longer.
PACKING = 1

_outlines: KeptUntilWritten[tuple[DoorDevice, Outline]] = KeptUntilWritten(most=OUTLINES_AT_MOST)
_whole: OrderedDict[str, KeptFile] = OrderedDict()
_making = asyncio.Lock()


async def find_outline(token_digest: str, *, since: str | None) -> tuple[DoorDevice, Outline]:
    """The device of this token and the roster it would get. Raises `DeviceRefused`."""

    async def look() -> tuple[DoorDevice, Outline]:
        device = await paired_device(token_digest)
        return device, await outline(device, since=since)

    device, outlined = await _outlines.read((token_digest, since), look)
    refuse_when_over(event_ends_at=device.event_ends_at, now=clock.now())
    return device, outlined


async def make_roster(outlined: Outline) -> KeptFile:
    """The roster's bytes, plain and packed. Whole ones are kept, as many as fit; their tags say of which state they are."""
    if outlined.since is not None:
        return await _made(outlined)
    async with _making:
        kept = _whole.get(outlined.etag) or await _made(outlined)
        _whole[outlined.etag] = kept
        _whole.move_to_end(outlined.etag)
        while sum(map(_weight, _whole.values())) > BYTES_AT_MOST:
            _whole.popitem(last=False)
    return kept


async def _made(outlined: Outline) -> KeptFile:
    data = await write_roster(outlined)
    return KeptFile(data, outlined.etag, await asyncio.to_thread(_pack, data))


def _pack(data: bytes) -> bytes | None:
    return gzip.compress(data, PACKING, mtime=0) if len(data) >= WORTH_PACKING_BYTES else None


def _weight(file: KeptFile) -> int:
    return len(file.data) + len(file.packed or b"")
