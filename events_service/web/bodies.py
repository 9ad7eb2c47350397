"""Reading input: every wrong field at once, with one way for JSON and for forms.

A body is a msgspec struct. What msgspec can say stays in the annotation (`Meta(min_length=1)`); what it cannot is a check of ours in
`Meta(extra={"check": …})` that returns the cleaned value or raises `Wrong` (ready-made ones are in `web/fields.py`).
"""

import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec
from litestar.dto import AbstractDTO
from litestar.exceptions import ClientException, HTTPException
from litestar.plugins import SerializationPlugin
from litestar.typing import FieldDefinition

from events_service.errors import FieldError, Invalid
from events_service.sentences import sentence


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Base of every input: fields by name, unknown ones refused."""


class Wrong(ValueError):
    """A check's refusal of one value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Struct = TypeVar("Struct", bound=msgspec.Struct)
Clean = Callable[[Any], Any]


def read_json(kind: type[Struct], raw: bytes) -> Struct:
    """The struct. Raises `ClientException` (400) for what is not JSON, `Invalid` with every wrong field otherwise."""
    try:
        return _cleaned(kind, msgspec.json.decode(raw, type=kind))
    except msgspec.ValidationError:
        return read_values(kind, _plain_values(raw), from_text=False)
    except _UNREADABLE as error:
        raise _unreadable(error) from error


def read_values(kind: type[Struct], values: object, *, from_text: bool) -> Struct:
    """The struct from plain values; `from_text` where they were typed into a form. Raises `Invalid` with every wrong field."""
    if not isinstance(values, Mapping):
        raise Invalid([FieldError("", "wrong_type", "Send a JSON object.")])
    good, errors = _collect(kind, values, prefix="", from_text=from_text)
    if errors:
        raise Invalid(errors)
    return kind(**good)


class JsonBody(AbstractDTO[Any]):
    """Makes Litestar decode every `data` argument through `read_json`."""

    @classmethod
    def create_for_field_definition(cls, field_definition: Any, handler_id: str, backend_cls: Any = None) -> None:
        """Nothing to prepare: the handler's own annotation is what is read."""

    @classmethod
    def create_openapi_schema(cls, field_definition: Any, handler_id: str, schema_creator: Any) -> Any:
        """The struct's own schema."""
        return schema_creator.for_field_definition(field_definition)

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Any:
        """Not asked: no transfer model is made."""
        return iter(())

    @classmethod
    def detect_nested_field(cls, field_definition: Any) -> bool:
        """Not asked: no transfer model is made."""
        return False

    def kind(self) -> Any:
        """What the body is read as: what the handler says of its `data`."""
        return _look_into(self.asgi_connection.route_handler.parsed_data_field.annotation)[0]

    def decode_bytes(self, value: bytes) -> Any:
        """The handler's `data`. Raises `HTTPException` 415 for another media type than JSON."""
        kind = self.kind()
        if kind is bytes:
            return value
        media_type = self.asgi_connection.headers.get("content-type", "").split(";")[0].strip().lower()
        if media_type != "application/json" and not media_type.endswith("+json"):
            raise HTTPException("Send the body as application/json.", status_code=415)
        return read_json(kind, value)


class JsonBodies(SerializationPlugin):
    """Gives every handler whose `data` is one of our bodies to `JsonBody`; handlers without pay nothing for it."""

    def supports_type(self, field_definition: FieldDefinition) -> bool:
        """Whether it is a body of ours, or one that may be absent."""
        kind = _look_into(field_definition.annotation)[0]
        return isinstance(kind, type) and issubclass(kind, Body)

    def create_dto_for_type(self, field_definition: FieldDefinition) -> type[JsonBody]:
        """Always the same: it reads what the handler says of its `data`."""
        return JsonBody


def _plain_values(raw: bytes) -> Any:
    """What was sent, whatever it is. The typed reading stopped at the first wrong value: what follows may still be no JSON."""
    try:
        return msgspec.json.decode(raw)
    except _UNREADABLE as error:
        raise _unreadable(error) from error


def _unreadable(error: Exception) -> ClientException:
    deep = isinstance(error, RecursionError)
    return ClientException("The body is nested too deeply." if deep else "The body is not valid JSON.")


_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True)
class _Plan:
    """What is known of one field: its check, the struct inside it, whether it is a list of those."""

    name: str
    type: Any
    required: bool
    check: Clean | None
    struct: type[msgspec.Struct] | None
    many: bool


@cache
def _plan(kind: type[msgspec.Struct]) -> tuple[_Plan, ...]:
    return tuple(_field_plan(field) for field in msgspec.structs.fields(kind))


def _field_plan(field: msgspec.structs.FieldInfo) -> _Plan:
    inner, check = _look_into(field.type)
    many = typing.get_origin(inner) is list
    if many:
        inner, check = _look_into(typing.get_args(inner)[0])
    struct = inner if isinstance(inner, type) and issubclass(inner, msgspec.Struct) else None
    return _Plan(field.encode_name, field.type, field.required, check, struct, many)


def _look_into(annotation: Any) -> tuple[Any, Clean | None]:
    """The type without `Annotated` and `| None`, and the check found on the way."""
    check: Clean | None = None
    while True:
        if typing.get_origin(annotation) is typing.Annotated:
            annotation, *metas = typing.get_args(annotation)
            for meta in metas:
                if isinstance(meta, msgspec.Meta) and meta.extra and "check" in meta.extra:
                    check = meta.extra["check"]
        elif typing.get_origin(annotation) in (typing.Union, types.UnionType):
            options = [
                option for option in typing.get_args(annotation) if option not in (type(None), msgspec.UnsetType)
            ]
            if len(options) != 1:
                return annotation, check
            annotation = options[0]
        else:
            return annotation, check


def _cleaned(kind: type[Struct], body: Struct, prefix: str = "") -> Struct:
    """The same struct with every check applied."""
    changes: dict[str, object] = {}
    errors: list[FieldError] = []
    for field in _plan(kind):
        value = getattr(body, field.name)
        if value is None or value is msgspec.UNSET or (field.check is None and field.struct is None):
            continue
        cleaned = _clean_one(field, value, prefix, errors)
        if cleaned is not value:
            changes[field.name] = cleaned
    if errors:
        raise Invalid(errors)
    return msgspec.structs.replace(body, **changes) if changes else body


def _clean_one(field: _Plan, value: Any, prefix: str, errors: list[FieldError]) -> Any:
    def clean(one: Any, name: str) -> Any:
        try:
            if field.struct is not None:
                return _cleaned(field.struct, one, f"{name}.")
            return field.check(one) if field.check else one
        except Wrong as wrong:
            errors.append(FieldError(name, wrong.code, wrong.message))
        except Invalid as invalid:
            errors.extend(invalid.errors)
        return one

    name = prefix + field.name
    if field.many:
        return [clean(one, f"{name}.{index}") for index, one in enumerate(value)]
    return clean(value, name)


def _collect(
    kind: type[msgspec.Struct], values: Mapping[Any, Any], *, prefix: str, from_text: bool
) -> tuple[dict[str, Any], list[FieldError]]:
    """Field by field: what is right, and an error for each that is not."""
    good: dict[str, Any] = {}
    errors: list[FieldError] = []
    plan = _plan(kind)
    for field in plan:
        name = prefix + field.name
        if field.name not in values:
            if field.required:
                errors.append(FieldError(name, "required", "This is needed."))
            continue
        value = values[field.name]
        if field.struct is not None and not field.many and isinstance(value, Mapping):
            inner, inner_errors = _collect(field.struct, value, prefix=f"{name}.", from_text=from_text)
            errors.extend(inner_errors)
            if not inner_errors:
                good[field.name] = field.struct(**inner)
            continue
        try:
            converted = msgspec.convert(value, field.type, strict=not from_text)
        except msgspec.ValidationError as error:
            # msgspec stops at the first wrong one of a list: each tells all of its own.
            errors.extend(
                _errors_of_each(field, value, name, from_text=from_text) or [_field_error(name, str(error), value)]
            )
            continue
        if converted is not None and converted is not msgspec.UNSET:
            converted = _clean_one(field, converted, prefix, errors)
        good[field.name] = converted
    known = {field.name for field in plan}
    errors.extend(
        FieldError(f"{prefix}{name}"[:200], "unknown_field", "There is no such field.")
        for name in values
        if name not in known
    )
    return good, errors


def _errors_of_each(field: _Plan, value: object, name: str, *, from_text: bool) -> list[FieldError]:
    """Of a list of structs what is wrong with each; nothing where the list itself is what is wrong."""
    errors: list[FieldError] = []
    if field.struct is None or not field.many or not isinstance(value, list):
        return errors
    for place, one in enumerate(value):
        if isinstance(one, Mapping):
            errors += _collect(field.struct, one, prefix=f"{name}.{place}.", from_text=from_text)[1]
        else:
            errors.append(FieldError(f"{name}.{place}", "wrong_type", "An object with named fields is needed here."))
    return errors


_AT = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_RULES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"missing required field `(?P<name>\w+)`"), "required", "This is needed: %(name)s."),
    (re.compile(r"contains unknown field `(?P<name>[^`]*)`"), "unknown_field", "There is no such field: %(name)s."),
    (
        re.compile(r"Invalid enum value (?P<given>.*)$"),
        "unknown_value",
        "%(given)s is not one of the values allowed here.",
    ),
    (re.compile(r"of length <= (?P<most>\d+)"), "too_long", "At most %(most)s are allowed here."),
    (re.compile(r"of length >= 1$"), "required", "This is needed."),
    (re.compile(r"of length >= (?P<least>\d+)"), "too_short", "At least %(least)s are needed here."),
    (
        re.compile(r"Expected `(?:int|float)` <= (?P<most>[\d.]+)"),
        "out_of_range",
        "The number must be at most %(most)s.",
    ),
    (
        re.compile(r"Expected `(?:int|float)` >= (?P<least>[\d.]+)"),
        "out_of_range",
        "The number must be at least %(least)s.",
    ),
    (re.compile(r"matching regex"), "wrong_form", "This is not in the form that is expected here."),
    (re.compile(r"Expected `int(?: \| null)?`"), "wrong_type", "A whole number is needed here."),
    (re.compile(r"Expected `float(?: \| null)?`"), "wrong_type", "A number is needed here."),
    (re.compile(r"Expected `str(?: \| null)?`"), "wrong_type", "Text is needed here."),
    (re.compile(r"Expected `bool(?: \| null)?`"), "wrong_type", "Yes or no is needed here: true or false."),
    (re.compile(r"Expected `array(?: \| null)?`"), "wrong_type", "A list is needed here."),
    (re.compile(r"Expected `object(?: \| null)?`"), "wrong_type", "An object with named fields is needed here."),
    (re.compile(r"Expected `"), "wrong_type", "This is not of the kind that is needed here."),
    (
        re.compile(r"^Invalid (?:RFC3339|ISO8601|UUID|base64)"),
        "invalid",
        "This is not in the form that is expected here.",
    ),
)


def _field_error(name: str, said: str, value: object) -> FieldError:
    at = _AT.search(said)
    path = at["path"] if at else ""
    said = said[: at.start()] if at else said
    # Of a mapping's values msgspec says `[...]`, not which: the field itself is named.
    field = name + path.replace("[...]", "").replace("[", ".").replace("]", "")
    if value == "":
        return FieldError(field, "required", "This is needed.")
    for pattern, code, message in _RULES:
        if match := pattern.search(said):
            return FieldError(field, code, sentence(message, **match.groupdict()))
    return FieldError(field, "invalid", said)
