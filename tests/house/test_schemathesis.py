"""schemathesis against the running product: no 5xx, no undocumented answer, every answer of the documented form."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.journeys.given import Organiser
from tests.services.product import Product

PROGRAM = Path(sys.executable).parent / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "allow_header_conformance",
    "unsupported_method",
)
REVOKE = "/api/v1/tokens/{token_id}"
# It waits so long for one answer, and we so long for it: machines that do much else are slow, not wrong.
ANSWER_SECONDS, RUN_SECONDS = 60, 1_800
REPORTED = 16_000
# A mail is no form it knows how to write; `tests/replies` sends hundreds of broken ones there.
MAIL = "/api/v1/inbound-mail"
# An answer that goes on for minutes; `tests/attendance` reads it.
STREAM = "/api/v1/events/{slug}/attendance/stream"


def explore(
    product: Product, *arguments: str, phases: str = "examples,coverage,fuzzing", token: str | None = None
) -> None:
    """Ask what schemathesis thinks of, always the same. Fails with its report where it finds anything."""
    command = [PROGRAM, "run", f"{product.base_url}/api/openapi.json", "--checks", ",".join(CHECKS)]
    # One worker: several read and change its store of examples at once, which ends in an error of its own.
    command += [
        "--phases",
        phases,
        "--generation-deterministic",
        "--workers",
        "1",
        "--request-timeout",
        str(ANSWER_SECONDS),
    ]
    command += ["--suppress-health-check", "all", "--warnings", "off", "--no-color", "--continue-on-failure"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run(
        [*command, *arguments], cwd=product.data_dir, capture_output=True, text=True, timeout=RUN_SECONDS
    )
    assert done.returncode == 0, found_in(done.stdout) + done.stderr[-2000:] + product.log.read_text()[-4000:]
    assert " passed" in done.stdout


def found_in(report: str) -> str:
    """What was found, from its beginning: an error says first what it is, and then at length where."""
    begins = [at for heading in ("= ERRORS =", "= FAILURES =") if (at := report.find(heading)) >= 0]
    return report[min(begins, default=0) :][:REPORTED]


@pytest.fixture
def product(postgres_url: str, install: object) -> Product:
    """On PostgreSQL, which is the stricter of the two about what a text may hold."""
    made: Product = install(postgres_url, workers="1")  # type: ignore[operator]
    made.start()
    # Putting the document together takes a busy machine longer than the ten seconds that schemathesis waits for it.
    httpx.get(f"{made.base_url}/api/openapi.json", timeout=ANSWER_SECONDS).raise_for_status()
    return made


def test_an_owner_finds_nothing_undocumented(product: Product) -> None:
    token = product.command("token", "create", "--role", "owner", "--name", "schemathesis")
    # Without what might take away the token that asks; that comes last.
    explore(
        product,
        "--max-examples",
        "4",
        "--exclude-path",
        REVOKE,
        "--exclude-path",
        MAIL,
        "--exclude-path",
        STREAM,
        token=token,
    )
    explore(product, "--max-examples", "4", "--include-path", REVOKE, token=token)
    assert httpx.get(f"{product.base_url}/health/ready").status_code == 200


async def test_a_stranger_and_a_device_find_nothing_undocumented(product: Product) -> None:
    explore(product, "--max-examples", "3", "--exclude-path", MAIL, "--exclude-path", STREAM, phases="examples,fuzzing")
    async with Organiser(product) as organiser:
        await organiser.publish()
        device = (await organiser.pair("guide-launch")).bearer["Authorization"].removeprefix("Bearer ")
    explore(product, "--max-examples", "15", "--include-path-regex", "/scans", token=device)
