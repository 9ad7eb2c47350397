"""What the whole application answers to what an outsider may throw at it: problems, pages, headers, forms, figures."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient

from events_service.settings import Settings
from events_service.web.assets import CACHE_FOREVER, asset
from events_service.web.headers import CONTENT_POLICY, DOOR_POLICY, FEATURES_OFF
from tests.conftest import settings_for
from tests.house.given import BASE_URL, bearer, service

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
REGISTER = "/api/v1/events/nothing/registrations"
TYPED = {"email": "asa@malmo.example", "password": "wrong"}


@pytest.fixture
def own(sqlite_url: str, tmp_path: Path) -> Settings:
    return settings_for(sqlite_url, tmp_path, max_body_bytes=20_000)


@pytest_asyncio.fixture
async def client(own: Settings) -> AsyncIterator[AsyncClient]:
    async with service(own) as asking:
        yield asking


PROBLEMS: list[tuple[str, str, dict[str, Any], int, str]] = [
    ("GET", "/api/v1/nothing", {}, 404, "not_found"),
    ("GET", "/api/v1/events/nothing", {}, 404, "not_found"),
    ("PUT", "/api/v1/events", {}, 405, "method_not_allowed"),
    ("GET", "/api/v1/me", {}, 401, "unauthenticated"),
    ("GET", "/api/v1/me", {"headers": {"Authorization": "Basic eDp5"}}, 401, "unauthenticated"),
    ("GET", "/api/v1/me", {"headers": {"Authorization": b"Bearer \xff\xfe"}}, 401, "unauthenticated"),
    ("GET", "/api/v1/events?limit=0", {}, 422, "invalid"),
    ("GET", "/api/v1/events?limit=many", {}, 422, "invalid"),
    ("GET", "/api/v1/events?cursor=!!", {}, 422, "invalid"),
    ("GET", "/api/v1/events?kind=party", {}, 422, "invalid"),
    ("GET", "/api/v1/events?q=%00", {}, 400, "unreadable"),
    ("GET", "/api/v1/events/a%00b", {}, 400, "unreadable"),
    ("POST", REGISTER, {"headers": JSON}, 400, "unreadable"),
    ("POST", "/api/v1/devices/pair", {}, 400, "unreadable"),
    ("POST", REGISTER, {"content": b"{", "headers": JSON}, 400, "unreadable"),
    ("POST", REGISTER, {"content": b"[" * 15_000, "headers": JSON}, 400, "unreadable"),
    ("POST", REGISTER, {"content": b'{"name": 7, "email": ', "headers": JSON}, 400, "unreadable"),
    ("POST", REGISTER, {"content": b" " * 20_001, "headers": JSON}, 413, "too_large"),
    ("POST", REGISTER, {"content": b"name=A", "headers": FORM}, 415, "wrong_media_type"),
    ("POST", REGISTER, {"content": b"{}"}, 415, "wrong_media_type"),
    ("POST", REGISTER, {"json": {"nonsense": 1}}, 422, "invalid"),
    ("POST", REGISTER, {"json": []}, 422, "invalid"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "code"), PROBLEMS)
async def test_programs_are_told_their_problem(
    client: AsyncClient, method: str, path: str, sent: dict[str, Any], status: int, code: str
) -> None:
    answer = await client.request(method, path, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    told = answer.json()
    assert (told["status"], told["code"], told["type"]) == (status, code, f"/problems/{code}")
    assert told["title"]
    assert told["detail"]
    assert (status == 422) == bool(told.get("errors"))


PAGES: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/nothing", {}, 404),
    ("GET", "/events/nothing", {}, 404),
    ("GET", "/events/%00", {}, 400),
    ("PUT", "/events", {}, 405),
    ("POST", "/sign-in", {"content": b" " * 20_001, "headers": FORM}, 413),
    ("POST", "/sign-in", {"content": b"a=%00&email=%ff", "headers": FORM}, 422),
    ("POST", "/sign-in", {"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 422),
    (
        "POST",
        "/sign-in",
        {"content": b"--x\r\nfoo\r\n", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        400,
    ),
]


@pytest.mark.parametrize(("method", "path", "sent", "status"), PAGES)
async def test_people_are_told_by_a_page(
    client: AsyncClient, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = await client.request(method, path, **sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert "<h1" in answer.text
    assert "Traceback" not in answer.text


async def test_what_a_route_takes_is_told(client: AsyncClient) -> None:
    for path, methods in {"/api/v1/events": "GET, OPTIONS, POST", "/api/v1/events/x": "GET, OPTIONS, PATCH"}.items():
        asked, refused = await client.options(path), await client.put(path)
        assert (asked.status_code, refused.status_code) == (204, 405)
        assert asked.headers["allow"] == methods
        assert sorted(refused.headers["allow"].split(", ")) == methods.split(", ")


@pytest.mark.parametrize(
    "path",
    [
        "/events",
        "/nothing",
        "/api/v1/events",
        "/api/v1/nothing",
        "/health/live",
        "/door",
        "/my",
        "/my/stop-mails/a/b",
        "/my/calendar/a.ics",
    ],
)
async def test_every_answer_carries_the_security_headers(client: AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"] == (DOOR_POLICY if path == "/door" else CONTENT_POLICY)
    assert headers["referrer-policy"] == ("no-referrer" if path.startswith(("/my/stop", "/my/cal")) else "same-origin")
    camera = "camera=(self)" if path == "/door" else "camera=()"
    assert headers["permissions-policy"] == FEATURES_OFF.replace("camera=()", camera)
    assert "strict-transport-security" not in headers
    if headers["content-type"].startswith("text/html"):
        assert headers["cache-control"] == "no-store" or path in ("/events",)


async def test_the_policies_are_those_of_the_standard() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'", "'self' data:"}
    added = {"worker-src 'self'", "media-src 'self' blob:", "img-src 'self' data: blob:"}
    assert set(DOOR_POLICY.split("; ")) - set(CONTENT_POLICY.split("; ")) == added


async def test_transport_security_is_asked_for_on_https_alone(sqlite_url: str, tmp_path: Path) -> None:
    async with service(settings_for(sqlite_url, tmp_path, base_url="https://events.example.org")) as client:
        for path in ("/events", "/nothing", "/api/v1/events"):
            told = (await client.get(path)).headers["strict-transport-security"]
            assert told == "max-age=31536000; includeSubDomains"


FOREIGN: list[dict[str, str]] = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE_URL},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "null"},
    {"Origin": "http://[::"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/events/x/register", "/my", "/my/cancel", "/door/pair"])
async def test_a_form_of_another_site_is_refused(client: AsyncClient, path: str, headers: dict[str, str]) -> None:
    assert (await client.post(path, data=TYPED, headers=headers)).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": BASE_URL}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
async def test_a_form_of_our_own_is_read(client: AsyncClient, headers: dict[str, str]) -> None:
    assert (await client.post("/sign-in", data=TYPED, headers=headers)).status_code in (401, 422)


async def test_built_files_are_kept_for_ever_and_not_sent_twice(client: AsyncClient) -> None:
    first = await client.get(asset("css/site.css"))
    assert (first.status_code, first.headers["cache-control"]) == (200, CACHE_FOREVER)
    again = await client.get(asset("css/site.css"), headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    for path in (
        "/static/none.css",
        "/static/../pyproject.toml",
        "/static/%2e%2e/settings.py",
        "/static/manifest.json",
    ):
        assert (await client.get(path)).status_code == 404


async def test_figures_are_for_this_machine_alone(own: Settings) -> None:
    async with service(own) as client:
        seen = await client.get("/metrics")
        assert seen.headers["content-type"] == "text/plain; version=1.0.0; charset=utf-8"
        await client.get("/api/v1/events/a-secret-name")
        figures = (await client.get("/metrics")).text
        assert 'events_requests_total{method="GET",route="/api/v1/events/{slug}",status="404"}' in figures
        assert "a-secret-name" not in figures
        for name in ("X-Forwarded-For", "Forwarded"):
            assert (await client.get("/metrics", headers={name: "for=127.0.0.1"})).status_code == 404
    async with service(own, client=("192.0.2.7", 1)) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_figures_for_a_scraper_with_the_token(sqlite_url: str, tmp_path: Path) -> None:
    async with service(settings_for(sqlite_url, tmp_path, metrics_token="let me see")) as client:
        assert (await client.get("/metrics")).status_code == 404
        assert (await client.get("/metrics", headers=bearer("let me guess"))).status_code == 404
        assert (await client.get("/metrics", headers=bearer("let me see"))).status_code == 200


async def test_an_empty_database_lives_and_is_not_ready(tmp_path: Path) -> None:
    from events_service import database

    async with service(settings_for(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)) as client:
        async with database.transaction():
            pass
        assert (await client.get("/health/live")).json() == {"status": "ok"}
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "migrations are missing")
        await database.migrate()
        assert (await client.get("/health/ready")).status_code == 200
