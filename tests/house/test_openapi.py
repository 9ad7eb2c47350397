"""The OpenAPI document: everything has a name, a summary and an example, and the contract's paths are there."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from events_service import settings as settings_floor
from events_service.app import create_app
from tests.conftest import settings_for

# What is no text cannot be shown in JSON.
PICTURES = {
    "image/png",
    "image/jpeg",
    "image/webp",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("document")
    app = create_app(settings_for(f"sqlite:///{folder}/none.sqlite", folder))
    yield msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    settings_floor.use(None)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, at in document["paths"].items():
        for method, operation in at.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield f"{method.upper()} {path}", operation


def without_example(document: dict[str, Any], contents: dict[str, Any]) -> list[str]:
    """The media types of a request or an answer that show no example, neither themselves nor in their schema."""

    def shows(one: dict[str, Any]) -> bool:
        schema = one.get("schema", {})
        named = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        return any(part.get("examples") or part.get("example") for part in (one, schema, named))

    return [kind for kind, one in contents.items() if kind not in PICTURES and not shows(one)]


def test_every_request_and_answer_has_an_example(document: dict[str, Any]) -> None:
    lacking = [
        (name, where, kind)
        for name, operation in operations(document)
        for where, one in [("request", operation.get("requestBody", {})), *operation["responses"].items()]
        for kind in without_example(document, one.get("content", {}))
    ]
    assert lacking == []


def test_every_operation_has_an_id_of_its_own_a_summary_and_a_description(document: dict[str, Any]) -> None:
    found = [operation for _, operation in operations(document)]
    ids = [operation["operationId"] for operation in found]
    assert len(ids) == len(set(ids)) == len(found)
    assert [one["operationId"] for one in found if not one.get("summary") or not one.get("description")] == []


def test_every_body_may_be_too_large_or_of_a_wrong_type_and_every_answer_may_be_a_problem(
    document: dict[str, Any],
) -> None:
    for name, operation in operations(document):
        answers = set(operation["responses"])
        assert {"400", "422", "503"} <= answers, name
        if "requestBody" in operation:
            assert {"413", "415"} <= answers, name
        for status, one in operation["responses"].items():
            if status >= "400":
                assert set(one["content"]) == {"application/problem+json"}, (name, status)


def test_the_document_is_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
