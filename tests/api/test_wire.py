"""One door for JSON text: every answer is ``ok`` or ``error``, whatever comes in."""

from __future__ import annotations

import json
from itertools import accumulate, pairwise
from typing import Any

import pytest

import tenor_wasm
from tenor_wasm.api import calls, carry
from tenor_wasm.api.wire import dispatch
from tests import bundles as b

Json = Any

BUNDLE = b.bundle(
    b.persona(),
    b.fact("count", b.integer(0, 9)),
    b.rule("some", b.compare(b.ref("count"), ">", b.literal(0))),
    b.entity("Order", "draft", "sent"),
    b.operation("send", "Order: draft -> sent", when=b.present("some")),
    b.flow("f", b.act("send")),
)
FACTS = {"count": 3}


def ask(method: str, **params: Json) -> Json:
    answer = dispatch(method, json.dumps(params))
    assert answer.isascii()
    return json.loads(answer)


@pytest.fixture
def handle() -> int:
    loaded = ask("load", bundle=BUNDLE)
    assert loaded["ok"]["warnings"] == []
    number = loaded["ok"]["handle"]
    assert isinstance(number, int)
    return number


def test_the_version_is_that_of_the_package() -> None:
    assert ask("version") == {"ok": {"version": tenor_wasm.__version__}}


def test_each_method_answers(handle: int) -> None:
    assert [v["type"] for v in ask("evaluate", contract=handle, facts=FACTS)["ok"]["verdicts"]] == ["some"]
    states = {"Order": {"o-1": "draft"}}
    space = ask("action_space", contract=handle, facts=FACTS, entity_states=states, persona="clerk")["ok"]
    assert space["actions"][0]["instance_bindings"] == {"Order": ["o-1"]}
    run = ask("simulate_flow", contract=handle, flow="f", persona="clerk", facts=FACTS)["ok"]
    assert (run["simulation"], run["outcome"]) == (True, "success")
    inspection = ask("inspect", contract=handle)["ok"]
    graph = inspection["flows"][0].pop("graph")
    assert inspection["flows"] == [
        {"id": "f", "entry": "do_send", "steps": ["do_send"], "affected_entities": ["Order"]}
    ]
    assert [node["id"] for node in graph["nodes"]] == ["do_send", "terminal:success", "terminal:failure"]
    assert [(edge["from"], edge["to"], edge["way"]) for edge in graph["edges"]] == [
        ("do_send", "terminal:success", "success"),
        ("do_send", "terminal:failure", "failure handler"),
    ]
    assert inspection["operations"][0]["precondition_summary"] == "verdict_present(some)"
    assert inspection["rules"][0]["condition_summary"] == "count > 0"
    assert ask("free", contract=handle) == {"ok": {}}


TWICE = '{"count":1,"count":2}'
DEEP = "[" * 200 + "]" * 200


@pytest.mark.parametrize(
    ("method", "params", "code", "path"),
    [
        ("evaluate", f'"facts":{TWICE}', "duplicate_key", "/facts"),
        ("evaluate", f'"of:,x" : "}}{{\\"", "facts" : {TWICE} ', "duplicate_key", "/facts"),
        ("evaluate", '"facts":{"x":"\\ud800"}', "invalid_text", "/facts"),
        ("evaluate", f'"facts":{DEEP}', "too_deep", "/facts"),
        ("evaluate", f'"facts":{{"n":{"9" * 1001}}}', "invalid_number", "/facts"),
        ("evaluate", '"facts":{"n":NaN}', "invalid_number", "/facts"),
        (
            "action_space",
            f'"facts":{{}},"persona":"p","entity_states":{{"O":{TWICE}}}',
            "duplicate_key",
            "/entity_states",
        ),
        ("evaluate_batch", f'"fact_sets":[{{}},{TWICE}]', "duplicate_key", "/fact_sets"),
        ("diff", f'"a":{{"facts":{{}}}},"b":{{"persona":"p","facts":{TWICE}}}', "duplicate_key", "/b/facts"),
        ("diff", '"a":{"facts":{},"facts":{}},"b":{}', "duplicate_key", "/a"),
        # Nothing in there is at fault by itself.
        ("evaluate", '"facts":{},"facts":{}', "duplicate_key", ""),
        ("evaluate", f'"facts":{"[" * 300}', "too_deep", ""),
        ("evaluate", '"facts":{"a":1,}', "invalid_json", ""),
    ],
)
def test_what_cannot_be_read_is_told_of_its_document(method: str, params: str, code: str, path: str) -> None:
    error = json.loads(dispatch(method, f'{{"contract":0,{params}}}'))["error"]
    assert (error["code"], error["path"]) == (code, path)
    assert error["message"].startswith(f"'{path[1:]}'" if path else "the parameter text")


def test_a_chain_is_verified_as_it_came(handle: int) -> None:
    states = {"Order": {"_default": "draft"}}
    asked = {"contract": handle, "flow": "f", "persona": "clerk", "facts": FACTS, "entity_states": states}
    answer = ask("simulate_flow", **asked, provenance=True)
    chain = answer["ok"]["provenance"]
    for given in (answer, answer["ok"], chain, {"chain_id": "c", "chain": chain}):
        assert ask("verify", contract=handle, chain=given)["ok"]["agrees"] is True
    # A chain is what it is, whatever stands in it beside.
    altered = {**chain, "flow_outcome": "failure", "provenance": chain}
    for given in ({"ok": {"provenance": altered}}, altered, {"ok": {}}, {"error": {}}, None):
        assert ask("verify", contract=handle, chain=given)["ok"]["agrees"] is False


def test_a_freed_handle_is_unknown_and_never_given_again(handle: int) -> None:
    assert ask("free", contract=handle) == {"ok": {}}
    assert ask("free", contract=handle) == {"ok": {}}
    error = ask("evaluate", contract=handle, facts=FACTS)["error"]
    assert (error["code"], error["path"]) == ("unknown_handle", "/contract")
    assert ask("load", bundle=BUNDLE)["ok"]["handle"] != handle


@pytest.mark.parametrize("contract", [-1, 10**30, None, "0", True, [0], {}])
def test_what_was_never_given_is_no_handle(contract: Json) -> None:
    assert ask("evaluate", contract=contract, facts={})["error"]["code"] == "unknown_handle"
    assert ask("free", contract=contract) == {"ok": {}}


@pytest.mark.parametrize(
    ("method", "params", "code", "path"),
    [
        ("nothing", {}, "unknown_method", ""),
        ("", {}, "unknown_method", ""),
        ("load", {}, "missing_argument", "/bundle"),
        ("load", {"bundle": []}, "invalid_contract", "/bundle"),
        ("load", {"bundle": {**BUNDLE, "id": 1}}, "invalid_contract", "/bundle/id"),
        ("load", {"bundle": {**BUNDLE, "tenor_version": "2.0.0"}}, "unsupported_version", "/bundle/tenor_version"),
        ("free", {}, "missing_argument", "/contract"),
        ("inspect", {}, "missing_argument", "/contract"),
        ("evaluate", {"contract": None}, "missing_argument", "/facts"),
        ("evaluate", {"contract": None, "facts": {}}, "invalid_facts", "/facts/count"),
        ("evaluate", {"contract": None, "facts": None}, "invalid_facts", "/facts"),
        ("action_space", {"contract": None, "facts": FACTS}, "missing_argument", "/persona"),
        ("action_space", {"contract": None, "facts": FACTS, "persona": 7}, "invalid_argument", "/persona"),
        (
            "action_space",
            {"contract": None, "facts": FACTS, "persona": "clerk", "entity_states": {"Order": {"a/b": "lost"}}},
            "invalid_entity_states",
            "/entity_states/Order/a~1b",
        ),
        (
            "action_space",
            {"contract": None, "facts": FACTS, "persona": "clerk", "entity_states": None},
            "invalid_entity_states",
            "/entity_states",
        ),
        ("simulate_flow", {"contract": None, "facts": FACTS, "persona": "clerk"}, "missing_argument", "/flow"),
        (
            "simulate_flow",
            {"contract": None, "facts": FACTS, "persona": "clerk", "flow": "g"},
            "unknown_flow",
            "/flow",
        ),
        (
            "simulate_flow",
            {"contract": None, "facts": FACTS, "persona": "clerk", "flow": "f", "instance_bindings": {"Order": 1}},
            "invalid_bindings",
            "/instance_bindings/Order",
        ),
        (
            "simulate_flow",
            {"contract": None, "facts": FACTS, "persona": "clerk", "flow": "f", "outcomes": {"x": "y"}},
            "unknown_step",
            "/outcomes/x",
        ),
        (
            "simulate_flow",
            {"contract": None, "facts": FACTS, "persona": "clerk", "flow": "f", "outcomes": {"do_send": "y"}},
            "unknown_outcome",
            "/outcomes/do_send",
        ),
        (
            "simulate_flow",
            {"contract": None, "facts": FACTS, "persona": "clerk", "flow": "f", "outcomes": {"do_send": 1}},
            "invalid_argument",
            "/outcomes/do_send",
        ),
    ],
)
def test_an_error_points_into_the_parameters(handle: int, method: str, params: Json, code: str, path: str) -> None:
    if "contract" in params:
        params = {**params, "contract": handle}
    error = ask(method, **params)["error"]
    assert (error["code"], error["path"]) == (code, path)
    assert error["message"]
    findings = error["details"].get("findings", [])
    assert not findings or findings[0]["path"] == path


@pytest.mark.parametrize("text", ["", "[]", "7", "null", '"x"', "{", '{"a":1,"a":2}', '{"contract": NaN}', "\ud800"])
def test_parameters_are_one_json_object(text: str) -> None:
    error = json.loads(dispatch("evaluate", text))["error"]
    assert error["code"] in ("invalid_argument", "invalid_json", "duplicate_key", "invalid_number")


def test_a_fault_of_our_own_is_answered_and_the_next_call_works(handle: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("oops")

    with monkeypatch.context() as patch:
        patch.setattr(calls, "take_snapshot", broken)
        error = ask("evaluate", contract=handle, facts=FACTS)["error"]
    assert (error["code"], error["details"]) == ("internal_error", {"exception": "ZeroDivisionError"})
    assert "ok" in ask("evaluate", contract=handle, facts=FACTS)


def test_two_contracts_live_side_by_side(handle: int) -> None:
    other = ask("load", bundle=b.bundle(b.rule("always", b.TRUE)))["ok"]["handle"]
    for number, facts, verdict in ((other, {}, "always"), (handle, FACTS, "some"), (other, {}, "always")):
        assert [v["type"] for v in ask("evaluate", contract=number, facts=facts)["ok"]["verdicts"]] == [verdict]


def test_the_same_call_gives_the_same_bytes(handle: int) -> None:
    for method, params in [
        ("inspect", {"contract": handle}),
        ("action_space", {"contract": handle, "facts": FACTS, "persona": "clerk", "entity_states": {"Order": "draft"}}),
        ("simulate_flow", {"contract": handle, "facts": FACTS, "persona": "clerk", "flow": "f"}),
        ("evaluate", {"contract": handle, "facts": {}}),
    ]:
        text = json.dumps(params)
        assert dispatch(method, text) == dispatch(method, text)


def test_whole_numbers_are_exact_on_the_way_in_and_out() -> None:
    number = 2**53 + 1
    bundle = b.bundle(b.fact("n", b.integer()), b.rule("same", b.TRUE, b.ref("n"), b.integer()))
    loaded = ask("load", bundle=bundle)["ok"]["handle"]
    for value in (number, -number, 10**40):
        (verdict,) = ask("evaluate", contract=loaded, facts={"n": value})["ok"]["verdicts"]
        assert verdict["payload"] == {"kind": "int_value", "value": value}


def written(*texts: str) -> list[int]:
    """Put texts into the window, as JavaScript does; their lengths."""
    joined = "".join(texts).encode("ascii")
    carry.window(len(joined))[: len(joined)] = joined
    return [len(text) for text in texts]


def left(length: int) -> str:
    """What an answer has left in the window."""
    text = bytes(carry.window(abs(length))[: abs(length)]).decode("ascii")
    return text if length > 0 else unpacked(text)


def test_a_long_text_is_carried_through_the_window_and_answered_as_before(handle: int) -> None:
    states = {"Order": {f"o-{number}": "draft" for number in range(1_000)}}
    params = json.dumps({"contract": handle, "facts": FACTS, "entity_states": states, "persona": "clerk"})
    answer = carry.carried(dispatch, 0b10, "action_space", *written(params))
    assert isinstance(answer, int)
    assert answer < 0
    assert left(answer) == dispatch("action_space", params)
    assert -answer < 0.9 * len(dispatch("action_space", params))
    assert carry.carried(dispatch, 0b10, "version", *written("{}")) == dispatch("version", "{}")
    assert carry.carried(lambda *given: None, 0, 1, None) is None


def test_texts_follow_each_other_in_the_window_among_values_that_are_none_there() -> None:
    first, last = "x" * 10, "y" * 20
    there = written(first, last)
    answer = carry.carried(lambda *given: json.dumps(given), 0b1010, 7, there[0], "é", there[1], None)
    assert answer == json.dumps([7, first, "é", last, None])


@pytest.mark.parametrize("length", [carry.LONG - 1, carry.LONG, carry.LEAST + 1, carry.KEPT + 1])
def test_an_answer_of_any_length_is_carried(length: int) -> None:
    text = "x" * length
    answer = carry.carried(lambda given: given, 0b1, *written(text))
    if length < carry.LONG:
        assert answer == text
    else:
        assert answer == length
        assert left(length) == text


def test_the_window_is_kept_until_it_is_given_up() -> None:
    carry.window(0)
    usual = carry.window(1)
    assert carry.window(len(usual)) is usual
    assert len(carry.window(carry.KEPT)) == carry.KEPT
    assert len(carry.window(carry.KEPT + 5)) == carry.KEPT + 5
    assert len(carry.window(1)) == carry.KEPT + 5
    assert len(carry.window(0)) == 0
    assert len(carry.window(1)) == carry.LEAST


def unpacked(answer: str) -> str:
    """As the bridge does it."""
    lengths, _, rest = answer.partition("\n")
    ends = [0, *accumulate(map(int, lengths.split(",")))]
    parts = [rest[begin:end] for begin, end in pairwise(ends)]
    assert ends[-1] == len(rest)
    return "".join(parts[int(piece)] if index % 2 else piece for index, piece in enumerate(parts[0].split("\0")))
