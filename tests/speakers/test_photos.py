"""Photographs: what is taken, what becomes of it, and who sees it."""

import io
import struct
import zlib

import pytest
from PIL import Image

from events_service import database
from events_service.errors import Invalid, NotFound
from events_service.people.rules import Role
from events_service.speakers import photos
from events_service.speakers.links import photo_path
from events_service.speakers.queries import roster_version
from events_service.speakers.rules import Speaker
from tests.agenda.given import a_release, a_session, a_speaker, a_summit, change_speaker
from tests.events.given import bearer, enter
from tests.speakers.given import a_browser, a_picture, as_it_is

ROSTER = "/api/v1/events/summit/speakers"


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_comes_out_as_webp_in_two_sizes(form: str) -> None:
    photo = photos.develop(a_picture(form, (2400, 1200)))
    large, small = opened(photo.large), opened(photo.small)
    assert (large.format, large.size, small.format, small.size) == ("WEBP", (960, 480), "WEBP", (320, 320))
    assert photos.develop(a_picture(form, (2400, 1200))).digest == photo.digest
    assert photos.develop(a_picture(form, (2400, 1200), "red")).digest != photo.digest


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(photos.develop(a_picture(size=(200, 300))).large).size == (200, 300)


def test_a_picture_that_lies_on_its_side_is_turned_upright_and_tells_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of Åsa"
    exif.get_ifd(0x8825)[1] = "N"
    picture = Image.new("RGB", (600, 400), "black")
    picture.paste("white", (0, 0, 300, 400))
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif, comment=b"secret", icc_profile=b"profile" * 40)
    photo = photos.develop(file.getvalue())
    large = opened(photo.large)
    # What was left is above now.
    assert large.size == (400, 600)
    assert (large.getpixel((200, 100)) > (200, 200, 200), large.getpixel((200, 500)) < (50, 50, 50)) == (True, True)
    for data in (photo.large, photo.small):
        made = opened(data)
        assert (dict(made.getexif()), "icc_profile" in made.info, "xmp" in made.info) == ({}, False, False)
        assert b"Camera" not in data and b"secret" not in data


def test_what_is_transparent_becomes_white() -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 300), (255, 0, 0, 0)).save(file, "PNG")
    red, green, blue = opened(photos.develop(file.getvalue()).large).convert("RGB").getpixel((10, 10))
    assert min(red, green, blue) > 250


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unreadable_photo"),
        (a_picture("GIF"), "unreadable_photo"),
        (a_picture("TIFF"), "unreadable_photo"),
        (a_picture("BMP"), "unreadable_photo"),
        (a_picture("JPEG", (900, 900))[:2000], "unreadable_photo"),
        (a_picture("PNG", (900, 900))[:-40], "unreadable_photo"),
        (a_picture("WEBP", (900, 900))[:60], "unreadable_photo"),
        (claiming(400, 400), "unreadable_photo"),
        (claiming(60_000, 60_000), "too_many_pixels"),
        (claiming(10_000, 10_000), "too_many_pixels"),
        (claiming(6_000, 4_001), "too_many_pixels"),
        (a_picture(size=(159, 900)), "photo_too_small"),
        (a_picture() + b"\0" * photos.MOST_BYTES, "photo_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_anything_else_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        photos.develop(data)
    assert [(error.field, error.code) for error in refused.value.errors] == [("photo", code)]


@pytest.mark.usefixtures("database")
async def test_a_photograph_is_kept_replaced_and_removed_and_caches_follow() -> None:
    event = await a_summit()
    speaker = await a_speaker()
    before = await roster_version(event.id)
    first = await photos.set_photo(event.id, speaker.id, a_picture(size=(500, 500)))
    second = await photos.set_photo(event.id, speaker.id, a_picture(size=(500, 500), colour="red"))
    assert first.photo_digest and second.photo_digest and first.photo_digest != second.photo_digest
    assert (second.version, await roster_version(event.id)) == (speaker.version + 2, before + 2)
    with pytest.raises(NotFound):
        await photos.photo(event.id, speaker.id, "small", digest=first.photo_digest)
    assert opened(await photos.photo(event.id, speaker.id, "small", digest=second.photo_digest)).size == (320, 320)
    with pytest.raises(Invalid):
        await photos.set_photo(event.id, speaker.id, b"no picture")
    assert await as_it_is(speaker) == second
    gone = await photos.remove_photo(event.id, speaker.id)
    assert gone.photo_digest is None and await photos.remove_photo(event.id, speaker.id) == gone
    assert await database.fetch("SELECT speaker FROM speaker_photo") == []
    with pytest.raises(NotFound):
        await photos.set_photo(event.id, "0" * 32, a_picture())


@pytest.mark.usefixtures("database")
async def test_programs_send_the_file_as_it_is() -> None:
    await a_summit()
    speaker = await a_speaker()
    path = f"{ROSTER}/{speaker.id}/photo"
    async with a_browser() as client:
        editor = await bearer(Role.AGENDA_EDITOR)

        async def put(data: bytes, kind: str = "image/png") -> tuple[int, str]:
            answer = await client.put(path, content=data, headers=editor | {"Content-Type": kind})
            return answer.status_code, answer.json().get("code") or answer.json()["photo"]

        status, photo = await put(a_picture("PNG", (2000, 1600), "#345678"))
        digest = (await as_it_is(speaker)).photo_digest
        assert (status, photo) == (
            200,
            f"http://127.0.0.1:8000/events/summit/speakers/{speaker.id}/photo/{digest}-large.webp",
        )
        large = a_picture("BMP", (1500, 1000))
        assert 2_000_000 < len(large) < photos.MOST_BYTES
        assert [
            await put(large),
            await put(a_picture("GIF")),
            await put(b"\0" * (photos.MOST_BYTES + 1)),
            await put(a_picture("GIF"), "image/gif"),
            await put(b"{}", "application/json"),
        ] == [
            (422, "invalid"),
            (422, "invalid"),
            (413, "too_large"),
            (415, "wrong_media_type"),
            (415, "wrong_media_type"),
        ]
        assert (await as_it_is(speaker)).photo_digest == digest
        missing = await client.put(f"{ROSTER}/{'0' * 32}/photo", content=a_picture(), headers=editor)
        assert missing.status_code == 404
        for _ in range(2):
            gone = await client.delete(path, headers=editor)
            assert (gone.status_code, gone.json()["photo"], gone.json()["photo_small"]) == (200, None, None)


async def a_shown_speaker() -> tuple[Speaker, str]:
    """Somebody with a photograph, in a release; and its address."""
    event = await a_summit()
    speaker = await a_speaker()
    await a_session(speakers=[{"speaker_id": speaker.id}])
    pictured = await photos.set_photo(event.id, speaker.id, a_picture())
    path = photo_path("summit", pictured, "small")
    assert path is not None
    return pictured, path


@pytest.mark.usefixtures("database")
async def test_everybody_sees_the_photograph_of_who_is_shown_and_browsers_keep_it_for_good() -> None:
    _, path = await a_shown_speaker()
    await a_release()
    async with a_browser() as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["content-type"], opened(answer.content).size) == (
            200, "image/webp", (320, 320)
        )  # fmt: skip
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert opened((await client.get(path.replace("small", "large"))).content).size == (400, 300)
        again = await client.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        for other in (
            path.replace("small", "huge"),
            path.replace(".webp", ".png"),
            path.replace("summit", "nothing"),
            path.rsplit("/", 1)[0] + "/" + "0" * 20 + "-small.webp",
        ):
            assert (await client.get(other)).status_code == 404, other


@pytest.mark.usefixtures("database")
async def test_nobody_but_organisers_sees_who_is_unreleased_unnamed_or_out() -> None:
    speaker, path = await a_shown_speaker()
    async with a_browser() as visitor, a_browser() as organiser, a_browser() as registrar:
        await enter(organiser, Role.AGENDA_EDITOR)
        await enter(registrar, Role.REGISTRAR)

        async def seen() -> list[int]:
            return [(await one.get(path)).status_code for one in (visitor, registrar, organiser)]

        assert await seen() == [404, 404, 200]
        await a_release()
        assert await seen() == [200, 200, 200]
        for change in ({"public": False}, {"public": True, "state": "withdrawn"}, {"state": "declined"}):
            speaker = await change_speaker(speaker, **change)
            assert await seen() == [404, 404, 200], change
        assert (await organiser.get(path)).headers["cache-control"].startswith("private")
