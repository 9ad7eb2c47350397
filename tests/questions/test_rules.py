"""Which answers are right."""

from typing import Any

import pytest

from events_service.errors import Invalid
from events_service.events.categories import Category
from events_service.questions.rules import Kind, check_answers, sensitive_among, without_sensitive, wrong_in
from tests.questions.given import a_question

RIDE = a_question("ride", Kind.CHOICE, options=("bus", "train"), required=True)
SEAT = a_question("seat", Kind.NUMBER, least=1, most=80, required=True, when=("ride", "train"))
PRESS_CARD = a_question("press_card", categories=[Category.MEDIA], required=True)
PHOTOS = a_question("photos", Kind.CONSENT)
CREDIT = a_question("credit", when=("photos", "true"))


def wrong(*questions: Any, **answers: Any) -> dict[str, str]:
    """Field → code of what is refused."""
    with pytest.raises(Invalid) as refused:
        check_answers(questions, answers, category="practitioner")
    return {error.field: error.code for error in refused.value.errors}


@pytest.mark.parametrize(
    ("question", "given", "kept"),
    [
        (a_question("q"), " no fish ", "no fish"),
        (a_question("q", long=True), "x" * 4000, "x" * 4000),
        (a_question("q", Kind.CHOICE, options=("a", "b")), "b", "b"),
        (a_question("q", Kind.CHOICES, options=("a", "b", "c")), ["c", "a", "a"], ["a", "c"]),
        (a_question("q", Kind.CHOICES, options=("a", "b")), "b", ["b"]),
        (a_question("q", Kind.NUMBER), "3", 3),
        (a_question("q", Kind.NUMBER), "2,5", 2.5),
        (a_question("q", Kind.NUMBER, least=-1, most=1), -1, -1),
        (a_question("q", Kind.DATE), "2028-02-29", "2028-02-29"),
        (a_question("q", Kind.FILE), "0190f6b2a6c87d3e9a4f0c1b2d3e4f50", "0190f6b2a6c87d3e9a4f0c1b2d3e4f50"),
        (a_question("q", Kind.CONSENT), "true", True),
        (a_question("q", Kind.CONSENT), True, True),
    ],
)
def test_right_answers_are_kept_in_one_form(question: Any, given: Any, kept: Any) -> None:
    assert check_answers([question], {"q": given}, category="guest") == {"q": kept}


@pytest.mark.parametrize(
    ("question", "given", "code"),
    [
        (a_question("q"), 5, "wrong_type"),
        (a_question("q"), "x" * 301, "too_long"),
        (a_question("q", long=True), "x" * 4001, "too_long"),
        (a_question("q", Kind.CHOICE, options=("a", "b")), "c", "unknown_answer"),
        (a_question("q", Kind.CHOICE, options=("a", "b")), ["a"], "unknown_answer"),
        (a_question("q", Kind.CHOICES, options=("a", "b")), ["a", "c"], "unknown_answer"),
        (a_question("q", Kind.NUMBER), "many", "wrong_type"),
        (a_question("q", Kind.NUMBER), True, "wrong_type"),
        (a_question("q", Kind.NUMBER), float("inf"), "wrong_type"),
        (a_question("q", Kind.NUMBER), float("nan"), "wrong_type"),
        (a_question("q", Kind.NUMBER, least=1), 0, "out_of_range"),
        (a_question("q", Kind.NUMBER, most=1), 1.5, "out_of_range"),
        (a_question("q", Kind.DATE), "2027-02-29", "invalid_date"),
        (a_question("q", Kind.DATE), "20270207", "invalid_date"),
        (a_question("q", Kind.FILE), "../etc/passwd", "unknown_file"),
        (a_question("q", Kind.CONSENT), "maybe", "wrong_type"),
    ],
)
def test_wrong_answers_are_refused_by_name(question: Any, given: Any, code: str) -> None:
    assert wrong(question, q=given) == {"answers.q": code}


@pytest.mark.parametrize("blank", [None, "", "  ", [], False])
def test_no_answer_is_no_answer_in_every_form(blank: Any) -> None:
    assert check_answers([PHOTOS], {"photos": blank}, category="guest") == {}


def test_every_wrong_answer_is_told_at_once() -> None:
    age = a_question("age", Kind.NUMBER)
    terms = a_question("terms", Kind.CONSENT, required=True)
    assert wrong(RIDE, age, terms, age="x", shoe="43") == {
        "answers.ride": "required",
        "answers.age": "wrong_type",
        "answers.terms": "consent_required",
        "answers.shoe": "unknown_question",
    }


def test_an_event_that_asks_nothing_keeps_what_it_is_told() -> None:
    assert check_answers([], {"diet": "vegetarian"}, category="guest") == {"diet": "vegetarian"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"ride": "train", "seat": 7}, {"ride": "train", "seat": 7}),
        ({"ride": "bus", "seat": 7}, {"ride": "bus"}),
        ({"ride": "bus", "seat": "nonsense"}, {"ride": "bus"}),
        ({"ride": "bus", "photos": True, "credit": "me"}, {"ride": "bus", "photos": True, "credit": "me"}),
        ({"ride": "bus", "credit": "me"}, {"ride": "bus"}),
    ],
)
def test_answers_whose_condition_does_not_hold_are_dropped(given: Any, kept: Any) -> None:
    # The order of the form is not the order in which they wait for each other.
    questions = [SEAT, CREDIT, RIDE, PHOTOS]
    found = check_answers(questions, given, category="guest")
    assert found == kept
    assert list(found) == [one.name for one in questions if one.name in kept]


def test_what_waits_for_a_wrong_answer_is_not_missed() -> None:
    assert wrong(RIDE, SEAT, ride="boat") == {"answers.ride": "unknown_answer"}
    assert wrong(RIDE, SEAT, ride="train") == {"answers.seat": "required"}


def test_a_category_is_asked_its_own_questions() -> None:
    assert check_answers([PRESS_CARD], {"press_card": "4711"}, category="guest") == {}
    assert check_answers([PRESS_CARD], {"press_card": "4711"}, category="media") == {"press_card": "4711"}
    with pytest.raises(Invalid):
        check_answers([PRESS_CARD], {}, category="media")


def test_a_registrar_may_leave_needed_answers_out_but_not_answer_wrongly() -> None:
    assert check_answers([RIDE], {}, category="guest", must_be_whole=False) == {}
    with pytest.raises(Invalid):
        check_answers([RIDE], {"ride": "boat"}, category="guest", must_be_whole=False)


def test_food_and_access_are_sensitive_wherever_they_are_answered() -> None:
    names = sensitive_among([a_question("medicine", sensitive=True), RIDE])
    assert names == {"diet", "access", "medicine"}
    assert without_sensitive({"diet": "vegan", "ride": "bus", "medicine": "x"}, names) == {"ride": "bus"}


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        (a_question("ride"), {"name": "name_taken"}),
        (a_question("q", Kind.CHOICE, options=("a",)), {"options": "required"}),
        (a_question("q", Kind.CHOICE, options=("a", "a")), {"options": "twice"}),
        (a_question("q", options=("a", "b")), {"options": "not_a_choice"}),
        (a_question("q", Kind.NUMBER, least=2, most=1), {"most": "out_of_range"}),
        (a_question("q", when=("nothing", "a")), {"condition.question": "unknown_question"}),
        (a_question("q", when=("press_card", "a")), {"condition.question": "unknown_question"}),
        (a_question("q", when=("ride", "boat")), {"condition.answers": "unknown_answer"}),
        (a_question("wheels", when=("later", "true")), {"condition.question": "circle"}),
        (a_question("q", when=("ride", "bus")), {}),
    ],
)
def test_a_question_must_make_sense_among_the_others(question: Any, codes: dict[str, str]) -> None:
    later = a_question("later", Kind.CONSENT, when=("ride", "bus"))
    others = [RIDE, PRESS_CARD, later, a_question("wheel")]
    if question.name == "wheels":
        others[2] = a_question("later", Kind.CONSENT, when=("wheels", "true"))
    assert {error.field: error.code for error in wrong_in(question, others)} == codes


def test_a_question_needs_its_words_in_english() -> None:
    question = a_question("q", Kind.CHOICE, options=("a", "b"))
    question.labels.pop("en")
    question.options[0].labels["sv"] = question.options[0].labels.pop("en")
    assert [error.field for error in wrong_in(question, [])] == ["labels.en", "options"]
