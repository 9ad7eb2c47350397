"""The description of the events' operations."""

from tests.events.given import an_app


def test_every_operation_has_examples_and_an_id() -> None:
    document = an_app().openapi_schema.to_schema()
    seen = set()
    for path, methods in document["paths"].items():
        for operation in methods.values():
            if not path.startswith("/api/v1/events"):
                continue
            seen.add(operation["operationId"])
            for status, answer in operation["responses"].items():
                assert all(body.get("examples") for body in answer["content"].values()), (path, status)
            if body := operation.get("requestBody"):
                assert body["content"]["application/json"]["schema"].get("examples"), path
    assert seen == {
        "listEvents", "createEvent", "getEvent", "changeEvent", "publishEvent", "cancelEvent", "cloneEvent",
    }  # fmt: skip
