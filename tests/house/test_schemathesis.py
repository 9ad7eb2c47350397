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
# A mail is no form it knows how to write; `tests/replies` sends hundreds of broken ones there.
MAIL = "/api/v1/inbound-mail"


def explore(
    product: Product, *arguments: str, phases: str = "examples,coverage,fuzzing", token: str | None = None
) -> None:
    """Ask what schemathesis thinks of, always the same. Fails with its report where it finds anything."""
    command = [PROGRAM, "run", f"{product.base_url}/api/openapi.json", "--checks", ",".join(CHECKS)]
    command += ["--phases", phases, "--generation-deterministic", "--workers", "2"]
    command += ["--suppress-health-check", "all", "--warnings", "off", "--no-color", "--continue-on-failure"]
    command += ["--header", f"Authorization: Bearer {token}"] if token else []
    done = subprocess.run([*command, *arguments], cwd=product.data_dir, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:] + product.log.read_text()[-4000:]
    assert " passed" in done.stdout


@pytest.fixture
def product(postgres_url: str, install: object) -> Product:
    """On PostgreSQL, which is the stricter of the two about what a text may hold."""
    made: Product = install(postgres_url, workers="1")  # type: ignore[operator]
    made.start()
    return made


def test_an_owner_finds_nothing_undocumented(product: Product) -> None:
    token = product.command("token", "create", "--role", "owner", "--name", "schemathesis")
    # Without what might take away the token that asks; that comes last.
    explore(product, "--max-examples", "4", "--exclude-path", REVOKE, "--exclude-path", MAIL, token=token)
    explore(product, "--max-examples", "4", "--include-path", REVOKE, token=token)
    assert httpx.get(f"{product.base_url}/health/ready").status_code == 200


async def test_a_stranger_and_a_device_find_nothing_undocumented(product: Product) -> None:
    explore(product, "--max-examples", "3", "--exclude-path", MAIL, phases="examples,fuzzing")
    async with Organiser(product) as organiser:
        await organiser.publish()
        device = (await organiser.pair("guide-launch")).bearer["Authorization"].removeprefix("Bearer ")
    explore(product, "--max-examples", "15", "--include-path-regex", "/scans", token=device)
