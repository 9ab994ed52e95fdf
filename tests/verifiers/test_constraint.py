"""Constraints as such: their ids, their parameters, and what a check may never do."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from followrag.errors import ParameterError, UnknownConstraintError
from followrag.verifiers import (
    Constraint,
    Response,
    constraint_class,
    constraint_classes,
    get_constraint,
)
from followrag.verifiers import constraint as registry
from followrag.verifiers.constraint import constraint

# The ids of the two published registries. FollowRAG renamed IFEval's and left three out.
ALIASES = {
    "keywords_inclusion": "keywords:existence",
    "keywords_frequency": "keywords:frequency",
    "keywords_exclusion": "keywords:forbidden_words",
    "format_language": "language:response_language",
    "length_sentence": "length_constraints:number_sentences",
    "length_paragraph": "length_constraints:number_paragraphs",
    "length_words": "length_constraints:number_words",
    "position_first_word": "length_constraints:nth_paragraph_first_word",
    "structure_placeholder": "detectable_content:number_placeholders",
    "position_postscript": "detectable_content:postscript",
    "structure_bullets": "detectable_format:number_bullet_lists",
    "structure_highlights": "detectable_format:number_highlighted_sections",
    "structure_sections": "detectable_format:multiple_sections",
    "format_json": "detectable_format:json_format",
    "structure_title": "detectable_format:title",
    "format_repeat_question": "combination:repeat_prompt",
    "position_end_with": "startend:end_checker",
    "cases_capital_words": "change_case:capital_word_frequency",
    "cases_uppercase": "change_case:english_capital",
    "cases_lowercase": "change_case:english_lowercase",
    "format_no_commas": "punctuation:no_comma",
    "format_quotation": "startend:quotation",
}
IFEVAL_ONLY = [
    "keywords:letter_frequency",
    "detectable_format:constrained_response",
    "combination:two_responses",
]

# Parameters that no other constraint here has, so that they can be recognised in words.
PARAMETERS: dict[str, dict[str, Any]] = {
    "keywords_inclusion": {"keywords": ["harbour", "tidal mill"]},
    "keywords_frequency": {"keyword": "lantern", "frequency": 31, "relation": "less than"},
    "keywords_exclusion": {"forbidden_words": ["ferry", "row boat"]},
    "format_language": {"language": "pt"},
    "length_sentence": {"num_sentences": 17, "relation": "at least"},
    "length_paragraph": {"num_paragraphs": 19},
    "length_words": {"num_words": 173, "relation": "less than"},
    "position_first_word": {"first_word": "Upstream", "num_paragraphs": 23, "nth_paragraph": 21},
    "structure_placeholder": {"num_placeholders": 29},
    "position_postscript": {"postscript_marker": "By the way:"},
    "structure_bullets": {"num_bullets": 37},
    "structure_highlights": {"num_highlights": 41},
    "structure_sections": {"section_spliter": "VOYAGE", "num_sections": 43},
    "format_json": {},
    "structure_title": {},
    "format_repeat_question": {"prompt_to_repeat": "Who built the lighthouse?"},
    "position_end_with": {"end_phrase": "That is all I know."},
    "cases_capital_words": {"capital_frequency": 47, "capital_relation": "at least"},
    "cases_uppercase": {},
    "cases_lowercase": {},
    "format_no_commas": {},
    "format_quotation": {},
    "keywords:letter_frequency": {
        "letter": "q",
        "let_frequency": 53,
        "let_relation": "less than",
    },
    "detectable_format:constrained_response": {},
    "combination:two_responses": {},
}

every_id = pytest.mark.parametrize("id", PARAMETERS)
every_parameter = pytest.mark.parametrize(
    ("id", "name"), [(id, name) for id, kwargs in PARAMETERS.items() for name in kwargs]
)
every_count = pytest.mark.parametrize(
    ("id", "name"),
    [(id, n) for id, kwargs in PARAMETERS.items() for n, v in kwargs.items() if type(v) is int],
)
every_text_parameter = pytest.mark.parametrize(
    ("id", "name"),
    [(id, n) for id, kwargs in PARAMETERS.items() for n, v in kwargs.items() if type(v) is str],
)
every_list = pytest.mark.parametrize(
    ("id", "name"),
    [(id, n) for id, kwargs in PARAMETERS.items() for n, v in kwargs.items() if type(v) is list],
)
every_relation = pytest.mark.parametrize(
    ("id", "name"),
    [(id, n) for id, kwargs in PARAMETERS.items() for n in kwargs if n.endswith("relation")],
)


def build(id: str, **changed: Any) -> Constraint:
    return get_constraint(id, **PARAMETERS[id] | changed)


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register classes that no other test sees."""
    monkeypatch.setattr(registry, "_REGISTRY", dict(registry._REGISTRY))


# --- ids ---------------------------------------------------------------------------------------


def test_exactly_25_classes_are_registered() -> None:
    assert len(constraint_classes()) == 25


def test_both_published_registries_are_covered() -> None:
    ids = {(cls.id, cls.ifeval_id) for cls in constraint_classes()}
    assert ids == set(ALIASES.items()) | {(id, id) for id in IFEVAL_ONLY}


@pytest.mark.parametrize(("id", "ifeval_id"), ALIASES.items())
def test_an_ifeval_id_means_the_same_class(id: str, ifeval_id: str) -> None:
    assert constraint_class(ifeval_id) is constraint_class(id)


@every_id
def test_a_class_knows_the_id_that_it_is_found_under(id: str) -> None:
    assert constraint_class(id).id == id


@every_id
def test_a_family_is_the_start_of_the_id(id: str) -> None:
    if id not in IFEVAL_ONLY:
        assert id.split("_")[0] == constraint_class(id).family


def test_an_alias_builds_an_equal_constraint() -> None:
    assert get_constraint("startend:end_checker", end_phrase="Bye.") == get_constraint(
        "position_end_with", end_phrase="Bye."
    )


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ("length_wrods", "length_words"),
        ("format_jsno", "format_json"),
        ("change_case:english_capitals", "change_case:english_capital"),
    ],
)
def test_an_unknown_id_is_refused_and_names_the_nearest(wrong: str, nearest: str) -> None:
    # deepeval #3063: 18 of 29 ids fell through to "followed".
    with pytest.raises(UnknownConstraintError, match=rf"'{wrong}'.*nearest.*'{nearest}'"):
        get_constraint(wrong)


@pytest.mark.parametrize("nonsense", ["", "…", None, 7, ["format_json"]])
def test_an_id_like_no_other_is_refused_as_well(nonsense: Any) -> None:
    with pytest.raises(UnknownConstraintError):
        constraint_class(nonsense)


@pytest.mark.usefixtures("own_registry")
@pytest.mark.parametrize("id", ["format_json", "detectable_format:json_format"])
def test_an_id_can_be_taken_only_once(id: str) -> None:
    with pytest.raises(ValueError, match=rf"'{id}' is taken by FormatJson"):
        constraint(id, "format")(constraint_class("format_quotation"))


@pytest.mark.usefixtures("own_registry")
def test_an_alias_can_be_taken_only_once() -> None:
    with pytest.raises(ValueError, match="'startend:quotation' is taken"):
        constraint("format_new", "format", ifeval_id="startend:quotation")(
            constraint_class("format_json")
        )


@pytest.mark.usefixtures("own_registry")
def test_a_refused_registration_leaves_nothing_behind() -> None:
    with pytest.raises(ValueError, match="is taken"):
        constraint("format_new", "format", ifeval_id="startend:quotation")(
            constraint_class("format_json")
        )
    with pytest.raises(UnknownConstraintError):
        constraint_class("format_new")


# --- parameters --------------------------------------------------------------------------------


@every_parameter
def test_a_missing_parameter_is_refused(id: str, name: str) -> None:
    # olmo-eval #296: the published checkers draw a missing parameter at random, again for each
    # reading, so that loose can come out below strict.
    given = {key: value for key, value in PARAMETERS[id].items() if key != name}
    with pytest.raises(ParameterError, match=f"^{id}: {name} is missing"):
        get_constraint(id, **given)


@every_id
def test_an_unknown_parameter_is_refused(id: str) -> None:
    with pytest.raises(ParameterError, match=f"^{id}: colour is not a parameter"):
        build(id, colour="red")


@every_id
def test_parameters_of_other_rows_that_are_none_are_left_out(id: str) -> None:
    # oKatanaaa/ifeval #3: Hugging Face datasets pads every row with the names that others use.
    others = {name: None for kwargs in PARAMETERS.values() for name in kwargs}
    assert get_constraint(id, **others | PARAMETERS[id]) == build(id)


@every_parameter
def test_a_parameter_of_its_own_that_is_none_is_missing(id: str, name: str) -> None:
    with pytest.raises(ParameterError, match=f"^{id}: {name} is missing"):
        build(id, **{name: None})


@every_count
def test_zero_is_a_count_except_of_numbered_paragraphs(id: str, name: str) -> None:
    # lm-eval and lighteval drop falsy parameters (`if v`), and a dropped one is drawn at random.
    if id == "position_first_word":
        with pytest.raises(ParameterError, match=f"^{id}: {name}=0: "):
            build(id, **{name: 0})
    else:
        assert getattr(build(id, **{name: 0}), name) == 0


def test_a_paragraph_past_the_last_is_refused() -> None:
    # The published checker would draw another number.
    with pytest.raises(ParameterError, match=r"^position_first_word: .*nth_paragraph=24 is"):
        build("position_first_word", nth_paragraph=24)


@every_count
def test_an_integral_float_is_a_count(id: str, name: str) -> None:
    # Null-padded integer columns arrive as floats.
    number = PARAMETERS[id][name]
    constraint = build(id, **{name: float(number)})
    assert constraint == build(id)
    assert type(getattr(constraint, name)) is int


@every_count
@pytest.mark.parametrize(
    "wrong", [True, False, "22", 21.5, float("nan"), float("inf"), [22], {}], ids=repr
)
def test_what_is_not_an_integer_is_no_count(id: str, name: str, wrong: Any) -> None:
    with pytest.raises(ParameterError, match=rf"^{id}: {name}="):
        build(id, **{name: wrong})


@every_count
def test_a_negative_count_is_refused(id: str, name: str) -> None:
    # The published checkers draw a number instead.
    with pytest.raises(ParameterError, match=f"^{id}: {name}=-1: "):
        build(id, **{name: -1})


@every_relation
@pytest.mark.parametrize("wrong", ["more than", "at most", "At least", " at least", "", ">=", 1])
def test_a_relation_is_one_of_two(id: str, name: str, wrong: Any) -> None:
    with pytest.raises(ParameterError, match=f"^{id}: {name}={wrong!r}: "):
        build(id, **{name: wrong})


@every_text_parameter
@pytest.mark.parametrize("wrong", [7, ["a"], {"a": "b"}, True], ids=repr)
def test_what_is_not_a_string_is_no_text(id: str, name: str, wrong: Any) -> None:
    with pytest.raises(ParameterError, match=rf"^{id}: {name}="):
        build(id, **{name: wrong})


@every_text_parameter
def test_an_empty_text_is_refused(id: str, name: str) -> None:
    # The published checkers draw random words, or (repeat_prompt) crash.
    with pytest.raises(ParameterError, match=f"^{id}: {name}='': "):
        build(id, **{name: ""})


@every_list
@pytest.mark.parametrize("wrong", ["harbour", 7, {"harbour": 1}], ids=repr)
def test_what_is_not_a_list_is_no_list_of_words(id: str, name: str, wrong: Any) -> None:
    # Above all not a string: the published checkers would look for its letters.
    with pytest.raises(ParameterError, match=rf"^{id}: {name}="):
        build(id, **{name: wrong})


@every_list
def test_an_empty_list_of_words_is_refused(id: str, name: str) -> None:
    with pytest.raises(ParameterError, match=rf"^{id}: {name}=\[\]: "):
        build(id, **{name: []})


@every_list
@pytest.mark.parametrize("wrong", ["", "  ", None, 7], ids=repr)
def test_a_word_that_is_none_is_refused_by_its_place(id: str, name: str, wrong: Any) -> None:
    with pytest.raises(ParameterError, match=rf"^{id}: {name}\.1={wrong!r}: "):
        build(id, **{name: ["harbour", wrong]})


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ParameterError, match=r"num_words=-1: .*; relation is missing .*expected: "):
        get_constraint("length_words", num_words=-1)


# --- constraints are values --------------------------------------------------------------------


@every_parameter
def test_a_constraint_is_frozen(id: str, name: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(build(id), name, PARAMETERS[id][name])


@every_id
def test_equal_parameters_make_equal_constraints(id: str) -> None:
    assert build(id) == build(id)
    assert hash(build(id)) == hash(build(id))


@every_id
def test_checking_changes_no_constraint(id: str) -> None:
    # olmo-eval #296: the published end checker lower-cases its phrase while it checks.
    checked = build(id)
    checked.verdicts(Response("A lantern\nin the harbour."))
    assert checked == build(id)
    assert checked.model_dump() == build(id).model_dump()


@every_id
def test_a_checked_constraint_can_be_sent_to_another_process(id: str) -> None:
    checked = build(id)
    checked.check(Response("A lantern in the harbour."))
    assert pickle.loads(pickle.dumps(checked)) == checked


@every_id
def test_words_name_every_parameter(id: str) -> None:
    words = build(id).describe()
    for value in PARAMETERS[id].values():
        for part in value if isinstance(value, list) else [value]:
            assert str(part) in words


@every_id
def test_words_are_one_sentence(id: str) -> None:
    words = build(id).describe()
    assert words[0].isupper()
    assert words.endswith(".")
    assert "\n" not in words


# --- checks ------------------------------------------------------------------------------------


@every_id
@pytest.mark.parametrize("blank", ["", " ", "\n\n", "\t\r\n ", "\u00a0\u2028"])
def test_a_blank_response_follows_nothing(id: str, blank: str) -> None:
    # FollowRAG if_eval.py:25. An unclosed <think> leaves a blank response (lighteval #869).
    strict, loose = build(id).verdicts(Response(blank))
    assert (strict.passed, strict.error) == (loose.passed, loose.error) == (False, False)
    assert strict.reason == "the response is empty"


@pytest.mark.parametrize(
    ("id", "kwargs"),
    [
        ("format_no_commas", {}),
        ("length_words", {"num_words": 1, "relation": "less than"}),
        ("keywords_exclusion", {"forbidden_words": ["ferry"]}),
        ("structure_bullets", {"num_bullets": 0}),
    ],
)
def test_a_blank_response_fails_what_asks_for_absence(id: str, kwargs: dict[str, Any]) -> None:
    assert not get_constraint(id, **kwargs).check(Response("  ")).passed


@pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000])
def test_a_check_that_fails_is_an_error_verdict(nested: str) -> None:
    # olmo-eval #314: one bad row raised and killed the whole run. Python's parser gives up here.
    verdict = get_constraint("format_json").check(Response(nested))
    assert (verdict.passed, verdict.error, verdict.measured) == (False, True, None)
    assert verdict.reason.startswith("format_json could not be checked: ")


def test_a_check_that_fails_is_an_error_in_both_readings() -> None:
    strict, loose = get_constraint("format_json").verdicts(Response("[" * 100_000))
    assert strict.error and loose.error


def test_a_check_that_fails_on_a_loose_reading_only_is_a_loose_error() -> None:
    text = "Here you are:\n" + "[" * 100_000
    strict, loose = get_constraint("format_json").verdicts(Response(text))
    assert (strict.passed, strict.error) == (False, False)
    assert (loose.passed, loose.error) == (False, True)


@every_id
def test_a_lone_surrogate_is_text_like_any_other(id: str) -> None:
    # JSON files may hold one ("\ud83d"), and no encoding can write it.
    strict, loose = build(id).verdicts(Response("A \ud83d ship.\nAnother \udc00 ship."))
    assert not strict.error
    assert not loose.error
