"""The baseline as lm-eval runs it: requests, chats, arguments; honest mode and oracle."""

from importlib.metadata import entry_points
from typing import Any

import pytest
from lm_eval.api.instance import Instance
from lm_eval.api.model import CacheHook

from followrag.baseline import answer, oracle_answer
from followrag.baseline.model import BaselineLM
from followrag.items import Item, Passage
from followrag.prompts import build_prompt
from followrag.scoring import score_item

PASSAGE = Passage(
    title="Elm Lighthouse",
    content="Elm Lighthouse was designed by Ada Moss. It opened on 4 May 1871.",
)


def make_doc(instructions: str, kwargs: dict[str, dict[str, Any]], gold: str) -> dict[str, Any]:
    question = "Who designed Elm Lighthouse?"
    said = f"{question} {instructions}"
    return {
        "key": 1,
        "type": "ifnq",
        "prompt": build_prompt([PASSAGE], said),
        "question": question,
        "answer_gold": gold,
        "question_with_instrs": said,
        "instruction_id_list": list(kwargs),
        "kwargs": list(kwargs.values()),
        "passages": [PASSAGE.model_dump()],
    }


DOCS = [
    make_doc(
        "Use at least 60 words and no commas.",
        {"length_words": {"num_words": 60, "relation": "at least"}, "format_no_commas": {}},
        "Moss, Ada/Ada Moss",
    ),
    make_doc(
        "Use exactly 3 bullet points. Avoid the words tower and sea.",
        {
            "structure_bullets": {"num_bullets": 3},
            "keywords_exclusion": {"forbidden_words": ["tower", "sea"]},
        },
        "Ada Moss",
    ),
    make_doc("Answer as JSON.", {"format_json": {}}, "Ada Moss"),
]


def request(doc: dict[str, Any], **settings: Any) -> Instance:
    return Instance("generate_until", doc, (doc["prompt"], {"until": [], **settings}), 0)


def generate(model: BaselineLM, *docs: dict[str, Any], **settings: Any) -> list[str]:
    requests = [request(doc, **settings) for doc in docs]
    return model.generate_until(requests, disable_tqdm=True)


@pytest.mark.parametrize("oracle", [False, True])
def test_responses_follow_the_constraints_and_answer(oracle: bool) -> None:
    for doc, response in zip(DOCS, generate(BaselineLM(oracle), *DOCS), strict=True):
        row = score_item(Item.model_validate(doc), response)
        assert row.joint, response


def test_honest_mode_reads_nothing_but_the_prompt() -> None:
    changed = [
        {**doc, "answer_gold": "Nobody", "kwargs": [{} for _ in doc["kwargs"]], "question": ""}
        for doc in DOCS
    ]
    bare = [{"prompt": doc["prompt"]} for doc in DOCS]
    honest = generate(BaselineLM(), *DOCS)
    assert honest == generate(BaselineLM(), *changed) == generate(BaselineLM(), *bare)
    assert honest == [answer(doc["prompt"]) for doc in DOCS]


def test_the_oracle_reads_the_item_not_the_prompt() -> None:
    doc = {**DOCS[2], "prompt": "Something else."}
    assert generate(BaselineLM(oracle=True), doc) == generate(BaselineLM(oracle=True), DOCS[2])


def test_the_oracle_takes_the_first_gold_that_needs_no_change() -> None:
    assert "Ada Moss" in oracle_answer(Item.model_validate(DOCS[0]))
    doc = {**DOCS[2], "answer_gold": "Moss/Ada Moss"}
    assert "Ada" not in oracle_answer(Item.model_validate(doc))


def test_the_oracle_answers_an_item_without_gold_and_with_a_broken_constraint() -> None:
    doc = {
        **DOCS[0],
        "answer_gold": "",
        "instruction_id_list": ["format_no_commas", "no_such_id"],
        "kwargs": [{}, {}],
    }
    row = score_item(Item.model_validate(doc), oracle_answer(Item.model_validate(doc)))
    assert row.strict == [True, False]


def test_generation_ends_at_a_stop_string() -> None:
    whole = generate(BaselineLM(), DOCS[1])[0]
    cut = generate(BaselineLM(), DOCS[1], until=["\n", ""])[0]
    assert cut == whole.split("\n")[0] == generate(BaselineLM(), DOCS[1], until="\n")[0]


def test_a_prompt_of_another_shape_is_answered() -> None:
    response = answer("Write one sentence about rain. Your answer must be in capital letters.")
    assert response.isupper()
    assert answer("") == ""


def test_the_chat_template_gives_the_last_user_message() -> None:
    chat = [
        {"role": "system", "content": "Use at least 500 words."},
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": "reply"},
        {"role": "user", "content": DOCS[0]["prompt"]},
    ]
    model = BaselineLM()
    assert model.apply_chat_template(chat) == DOCS[0]["prompt"]
    assert (
        model.apply_chat_template([*chat, {"role": "assistant", "content": "x"}], False)
        == (DOCS[0]["prompt"])
    )
    assert model.apply_chat_template(chat[:1]) == ""
    assert isinstance(model.tokenizer_name, str)
    assert model.chat_template(True) == ""


def test_a_system_instruction_before_the_prompt_changes_nothing() -> None:
    prompt = DOCS[0]["prompt"]
    assert answer(f"Be brief. Use capital letters.\n\n{prompt}") == answer(prompt)


@pytest.mark.parametrize(
    ("arguments", "oracle"),
    [("", False), ("oracle=True", True), ("oracle=false,model=mine", False)],
)
def test_arguments(arguments: str, oracle: bool) -> None:
    config = {"batch_size": 8, "max_batch_size": None, "device": "cpu"}
    assert BaselineLM.create_from_arg_string(arguments, config).oracle is oracle


def test_unknown_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="'orakel', 'size'"):
        BaselineLM.create_from_arg_obj({"size": 7, "oracle": True, "orakel": True})
    with pytest.raises(ValueError, match="'maybe'"):
        BaselineLM.create_from_arg_string("oracle=maybe")


def test_likelihoods_are_refused() -> None:
    for method in (BaselineLM().loglikelihood, BaselineLM().loglikelihood_rolling):
        with pytest.raises(NotImplementedError, match="only generates"):
            method([])


def test_responses_reach_the_cache() -> None:
    model, stored = BaselineLM(), {}
    hook = CacheHook(None)
    hook.dbdict = stored
    model.set_cache_hook(hook)
    response = generate(model, DOCS[0])[0]
    assert list(stored.values()) == [response]


def test_lm_eval_will_find_the_model_by_its_entry_point() -> None:
    (declared,) = entry_points(group="lm_eval.models", name="followrag-baseline")
    assert declared.load() is BaselineLM
