"""Walking a flow: five kinds of step, three handlers, sub-flows, branches and joins (§11)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tenor_wasm import api
from tests import bundles as b

Json = Any

CONSTRUCTS = (
    b.persona(),
    b.persona("chief"),
    b.fact("urgent", b.BOOL, default=False),
    b.fact("names", b.list_of(b.text()), default=[]),
    b.rule("is_urgent", b.ref("urgent")),
    b.entity(
        "Order", "draft", "sent", "closed", transitions=[("draft", "sent"), ("sent", "closed"), ("sent", "draft")]
    ),
    b.entity("Bill", "open", "paid", transitions=[("open", "paid"), ("paid", "open")]),
    b.operation("send", "Order: draft -> sent"),
    b.operation("recall", "Order: sent -> draft"),
    b.operation("close", "Order: sent -> closed"),
    b.operation("pay", "Bill: open -> paid"),
    b.operation("refund", "Bill: paid -> open"),
    b.operation("approve", personas=("chief",)),
    b.operation("guarded", "Bill: open -> paid", when=b.present("is_urgent")),
    b.operation("note"),
    b.operation("judge", "Order: draft -> sent => yes", "Bill: open -> paid => no", outcomes=("yes", "no")),
)


def run(*flows: Json, states: Json = None, bindings: Json = None, outcomes: Json = None, **facts: Json) -> Json:
    """Simulate the first of the flows; the answer as JSON."""
    contract = b.load(*CONSTRUCTS, *flows)
    return api.to_json(api.simulate_flow(contract, flows[0]["id"], "clerk", facts, states or {}, bindings, outcomes))


def path(answer: Json) -> list[str]:
    """The steps of an answer as ``step:result``; of a refusal its code."""
    return [f"{step['step_id']}:{step.get('error', {}).get('code', step['result'])}" for step in answer["path"]]


def moves(answer: Json) -> list[str]:
    return [f"{move['entity_id']}:{move['from_state']}->{move['to_state']}" for move in answer["would_transition"]]


# --- the five kinds of step ------------------------------------------------------------------------------------


def test_an_operation_step_follows_its_outcome_and_carries_provenance() -> None:
    answer = run(b.flow("f", b.act("send", "do_close"), b.act("close")))
    assert path(answer) == ["do_send:success", "do_close:success"]
    assert moves(answer) == ["Order:draft->sent", "Order:sent->closed"]
    assert (answer["outcome"], answer["failed"]) == ("success", False)
    assert answer["path"][1] == {
        "step_id": "do_close",
        "step_type": "operation",
        "result": "success",
        "instance_bindings": {"Order": "_default"},
        "provenance": {
            "operation": "close",
            "persona": "clerk",
            "outcome": "success",
            "instance_binding": {"Order": "_default"},
            "facts_used": [],
            "verdicts_used": [],
            "state_before": {"Order": {"_default": "sent"}},
            "state_after": {"Order": {"_default": "closed"}},
        },
    }


@pytest.mark.parametrize(("urgent", "result", "outcome"), [(True, "true", "success"), (False, "false", "failure")])
def test_a_branch_step_decides_on_the_frozen_snapshot(urgent: bool, result: str, outcome: str) -> None:
    condition = b.both(b.present("is_urgent"), b.ref("urgent"))
    answer = run(b.flow("f", b.decide("ask", condition, b.done(), b.done("failure"))), urgent=urgent)
    (step,) = answer["path"]
    assert (step["step_type"], step["result"], answer["outcome"]) == ("branch", result, outcome)
    assert step["verdicts_used"] == ["is_urgent"]
    assert step["facts_used"] == (["urgent"] if urgent else [])
    assert "instance_bindings" not in step


def test_a_handoff_step_goes_on() -> None:
    answer = run(b.flow("f", b.hand_off("give", "do_approve"), b.act("approve", by="chief")))
    assert answer["path"][0] == {"step_id": "give", "step_type": "handoff", "result": "handoff"}
    assert path(answer) == ["give:handoff", "do_approve:success"]


def test_a_sub_flow_step_records_its_own_steps_and_keeps_what_they_changed() -> None:
    answer = run(
        b.flow("f", b.run_flow("sub", "g", "do_close"), b.act("close")),
        b.flow("g", b.act("send")),
        states={"Order": {"o-1": "draft", "o-2": "draft"}},
        bindings={"Order": "o-2"},
    )
    sub = answer["path"][0]
    assert (sub["step_type"], sub["result"]) == ("sub_flow", "success")
    assert [step["step_id"] for step in sub["steps"]] == ["do_send"]
    assert sub["steps"][0]["instance_bindings"] == {"Order": "o-2"}
    assert moves(answer) == ["Order:draft->sent", "Order:sent->closed"]


def test_a_parallel_step_runs_every_branch_and_joins() -> None:
    answer = run(
        b.flow(
            "f",
            b.parallel(
                "both", {"one": [b.act("send", "do_close"), b.act("close")], "two": [b.act("pay")]}, "do_refund"
            ),
            b.act("refund"),
        )
    )
    assert path(answer) == [
        "both:one:success, two:success",
        "do_send:success",
        "do_close:success",
        "do_pay:success",
        "do_refund:success",
    ]
    assert [step.get("branch_id") for step in answer["path"]] == [None, "one", "one", "two", None]
    assert answer["path"][0]["step_type"] == "parallel"
    assert moves(answer) == ["Order:draft->sent", "Order:sent->closed", "Bill:open->paid", "Bill:paid->open"]


# --- failure handlers ------------------------------------------------------------------------------------------


def failing(handler: Json) -> Json:
    """A step that is refused: the clerk may not approve."""
    return b.act("approve", on_failure=handler)


@pytest.mark.parametrize("outcome", ["failure", "escalation", "success", "given_up"])
def test_terminate_ends_with_its_outcome(outcome: str) -> None:
    answer = run(b.flow("f", failing(b.terminate(outcome))))
    assert path(answer) == ["do_approve:persona_rejected"]
    assert answer["path"][0]["result"].startswith("error: ")
    assert (answer["outcome"], answer["failed"]) == (outcome, outcome != "success")


def test_compensate_takes_back_in_order_and_ends() -> None:
    handler = b.compensate("refund", "recall", then="undone")
    answer = run(b.flow("f", b.act("send", "do_pay"), b.act("pay", "do_approve"), failing(handler)))
    assert path(answer)[-2:] == ["comp:refund:success", "comp:recall:success"]
    assert [step["step_type"] for step in answer["path"]] == ["operation"] * 3 + ["compensation"] * 2
    assert moves(answer)[-2:] == ["Bill:paid->open", "Order:sent->draft"]
    assert (answer["outcome"], answer["failed"]) == ("undone", True)


def test_a_compensation_that_fails_ends_the_flow_there() -> None:
    answer = run(b.flow("f", b.act("send", "do_approve"), failing(b.compensate("refund", "recall"))))
    assert path(answer)[-1] == "comp:refund:entity_not_in_source_state"
    assert moves(answer) == ["Order:draft->sent"]
    assert answer["outcome"] == "escalation"


def test_escalate_goes_on_at_another_step() -> None:
    answer = run(b.flow("f", failing(b.escalate("by_chief")), b.act("approve", step="by_chief", by="chief")))
    assert path(answer) == ["do_approve:persona_rejected", "do_approve:escalated to chief", "by_chief:success"]
    assert answer["path"][1]["step_type"] == "escalation"
    assert (answer["outcome"], answer["failed"]) == ("success", False)


@pytest.mark.parametrize(
    ("step", "states", "code"),
    [
        (b.act("approve"), {}, "persona_rejected"),
        (b.act("guarded"), {}, "precondition_failed"),
        (b.act("send"), {"Order": "sent"}, "entity_not_in_source_state"),
        (b.act("send"), {"Order": {"o-1": "draft"}}, "unknown_instance"),
        (b.act("send"), {"Order": {}}, "unknown_instance"),
    ],
)
def test_every_refusal_is_answered_by_the_handler(step: Json, states: Json, code: str) -> None:
    answer = run(b.flow("f", step), states=states)
    assert [step["error"]["code"] for step in answer["path"]] == [code]
    assert (answer["outcome"], answer["would_transition"]) == ("failure", [])


# --- what counts as failure ------------------------------------------------------------------------------------

ENDINGS: list[tuple[str, Json, bool]] = [
    ("success", b.act("note"), False),
    ("any label", b.act("note", b.done("parked")), False),
    ("failure", b.act("note", b.done("failure")), True),
    ("escalation", b.act("note", b.done("escalation")), True),
    ("handled as success", failing(b.terminate("success")), False),
    ("handled as failure", failing(b.terminate("failure")), True),
    ("handled as any label", failing(b.terminate("parked")), True),
    ("compensated as success", failing(b.compensate("note", then="success")), False),
    ("compensated as any label", failing(b.compensate("note", then="parked")), True),
]


@pytest.mark.parametrize(("ending", "failed"), [pytest.param(*row[1:], id=row[0]) for row in ENDINGS])
def test_a_sub_flow_fails_by_how_it_ended(ending: Json, failed: bool) -> None:
    answer = run(b.flow("f", b.run_flow("sub", "g", b.done(), b.terminate("caught"))), b.flow("g", ending))
    assert answer["outcome"] == ("caught" if failed else "success")


@pytest.mark.parametrize(("ending", "failed"), [pytest.param(*row[1:], id=row[0]) for row in ENDINGS])
def test_a_branch_fails_by_how_it_ended(ending: Json, failed: bool) -> None:
    step = b.parallel("both", {"one": [ending], "two": [b.act("pay")]}, b.done(), b.terminate("caught"))
    answer = run(b.flow("f", step))
    assert answer["outcome"] == ("caught" if failed else "success")
    assert moves(answer) == ["Bill:open->paid"], "all branches run to completion"


def test_a_failed_sub_flow_keeps_what_it_changed() -> None:
    answer = run(
        b.flow("f", b.run_flow("sub", "g", on_failure=b.compensate("recall"))),
        b.flow("g", b.act("send", "do_approve"), b.act("approve")),
    )
    assert path(answer) == ["sub:failure", "comp:recall:success"]
    assert moves(answer) == ["Order:draft->sent", "Order:sent->draft"]


@pytest.mark.parametrize(
    ("handler", "outcome", "last"),
    [
        (b.terminate("escalation"), "escalation", "do_approve:persona_rejected"),
        (b.compensate("refund"), "failure", "comp:refund:success"),
        (b.escalate("by_chief"), "success", "by_chief:success"),
    ],
)
def test_a_join_answers_a_failed_branch_with_each_handler(handler: Json, outcome: str, last: str) -> None:
    branches = {"one": [b.act("pay")], "two": [failing(b.terminate())]}
    answer = run(
        b.flow("f", b.parallel("both", branches, b.done(), handler), b.act("approve", step="by_chief", by="chief"))
    )
    assert path(answer)[0] == "both:one:success, two:failure"
    assert (answer["outcome"], path(answer)[-1]) == (outcome, last)


def test_on_all_complete_is_never_decisive() -> None:
    branches = {"one": [b.act("pay")], "two": [b.act("note")]}
    step = b.parallel("both", branches, b.done("joined"), on_all_complete=b.done("other"))
    assert run(b.flow("f", step))["outcome"] == "joined"


def test_branches_do_not_see_each_other_and_both_are_kept() -> None:
    """Each branch starts from the states before the parallel step; inner branches carry the outer name."""
    inner = b.parallel("inner", {"x": [b.act("pay")], "y": [b.act("note")]})
    answer = run(b.flow("f", b.parallel("outer", {"one": [inner], "two": [b.act("send")]}, "do_close"), b.act("close")))
    assert [step.get("branch_id") for step in answer["path"]] == [None, "one", "one/x", "one/y", "two", None]
    assert moves(answer) == ["Bill:open->paid", "Order:draft->sent", "Order:sent->closed"]


def test_a_verdict_does_not_change_within_a_flow() -> None:
    contract = b.load(
        *CONSTRUCTS,
        b.flow("f", b.act("send", "ask"), b.decide("ask", b.present("is_urgent"), "do_note", "do_note"), b.act("note")),
    )
    result = api.simulate_flow(contract, "f", "clerk", {"urgent": True}, {})
    assert [verdict.verdict_type for verdict in result.flow.snapshot.verdicts.values()] == ["is_urgent"]
    assert result.flow.steps[1].result == "true"


# --- outcomes, bindings, limits --------------------------------------------------------------------------------

JUDGED = b.flow("f", b.act("judge", outcomes={"yes": b.done(), "no": b.done("failure")}))


def test_an_ambiguous_outcome_is_the_first_declared_and_is_recorded() -> None:
    answer = run(JUDGED)
    assert (answer["outcome"], moves(answer)) == ("success", ["Order:draft->sent"])
    assert answer["path"][0]["provenance"]["ambiguous_outcomes"] == ["yes", "no"]
    assert "ambiguous_outcomes" not in run(JUDGED, states={"Bill": "paid"})["path"][0]["provenance"]


def test_the_caller_names_the_outcome_of_a_step() -> None:
    answer = run(JUDGED, outcomes={"do_judge": "no"})
    assert (answer["outcome"], moves(answer)) == ("failure", ["Bill:open->paid"])
    refused = run(JUDGED, outcomes={"do_judge": "no"}, states={"Bill": "paid"})
    assert refused["path"][0]["error"]["code"] == "entity_not_in_source_state"


@pytest.mark.parametrize(
    ("outcomes", "code", "place"),
    [
        ({"nowhere": "yes"}, "unknown_step", "/nowhere"),
        ({"a/b": "yes"}, "unknown_step", "/a~1b"),
        ({"do_judge": "maybe"}, "unknown_outcome", "/do_judge"),
        ({"do_judge": 7}, "invalid_argument", "/do_judge"),
        ([], "invalid_argument", ""),
    ],
)
def test_a_choice_must_name_a_step_and_one_of_its_outcomes(outcomes: Json, code: str, place: str) -> None:
    with pytest.raises(api.TenorError) as caught:
        run(JUDGED, outcomes=outcomes)
    assert (caught.value.code, caught.value.path) == (code, place)


def test_a_choice_for_steps_of_one_name_holds_where_the_operation_has_that_outcome() -> None:
    flows = (
        b.flow("f", b.act("judge", outcomes={"yes": "rest", "no": "rest"}, step="s"), b.run_flow("rest", "g")),
        b.flow("g", b.act("weigh", outcomes={"heavy": b.done("parked"), "light": b.done()}, step="s")),
    )
    weigh = b.operation("weigh", outcomes=("heavy", "light"))
    assert run(*flows, weigh, outcomes={"s": "no"})["outcome"] == "success"
    assert moves(run(*flows, weigh, outcomes={"s": "no"})) == ["Bill:open->paid"]
    assert [step["result"] for step in run(*flows, weigh, outcomes={"s": "light"})["path"]] == ["yes", "success"]


def test_choices_reach_into_sub_flows_branches_and_compensations() -> None:
    contract_flows = (
        b.flow(
            "f",
            b.parallel("both", {"one": [b.run_flow("sub", "g")], "two": [b.act("note")]}, "do_approve"),
            b.act("approve", on_failure=b.compensate("judge")),
        ),
        b.flow("g", b.act("judge", outcomes={"yes": b.done(), "no": b.done()}, step="deep")),
    )
    answer = run(*contract_flows, outcomes={"deep": "no", "comp:judge": "yes"})
    assert moves(answer) == ["Bill:open->paid", "Order:draft->sent"]


def test_every_entity_that_the_flow_can_touch_needs_a_binding_before_any_step() -> None:
    flows = (
        b.flow(
            "f",
            b.decide("ask", b.FALSE, "sub", b.done()),
            b.run_flow("sub", "g", on_failure=b.compensate("refund")),
        ),
        b.flow("g", b.act("send")),
    )
    with pytest.raises(api.TenorError) as caught:
        run(*flows, bindings={"Order": "_default"})
    assert (caught.value.code, caught.value.details) == ("missing_binding", {"missing": ["Bill"]})
    assert run(*flows, bindings={"Order": "_default", "Bill": "_default"})["outcome"] == "success"
    assert run(*flows)["resolved_bindings"] == {"Order": "_default", "Bill": "_default"}


def test_a_binding_beyond_what_the_flow_touches_is_allowed() -> None:
    answer = run(b.flow("f", b.act("pay")), bindings={"Bill": "_default", "Order": "o-7"})
    assert answer["outcome"] == "success"
    assert answer["instance_bindings"] == {"Bill": "_default", "Order": "o-7"}


@pytest.mark.parametrize(
    ("bindings", "found"),
    [
        ({"Ghost": "x"}, [("unknown_entity", "/Ghost")]),
        ({"Order": ""}, [("empty_instance_id", "/Order")]),
        ({"Order": 7, "Bill": None}, [("type_mismatch", "/Order"), ("type_mismatch", "/Bill")]),
        ({"Order": ["a"]}, [("type_mismatch", "/Order")]),
    ],
)
def test_faulty_bindings_are_reported_at_once(bindings: Json, found: list[tuple[str, str]]) -> None:
    with pytest.raises(api.TenorError) as caught:
        run(b.flow("f", b.act("pay")), bindings=bindings)
    assert caught.value.code == "invalid_bindings"
    assert b.findings(caught.value) == found


@pytest.mark.parametrize("bindings", [[], "x", 7, True])
def test_bindings_are_an_object(bindings: Json) -> None:
    with pytest.raises(api.TenorError) as caught:
        run(b.flow("f", b.act("pay")), bindings=bindings)
    assert (caught.value.code, caught.value.path) == ("invalid_bindings", "")


def doubling(levels: int) -> tuple[Json, ...]:
    """Flows of which each runs the next one twice."""
    return (
        *(
            b.flow(f"f{level}", b.run_flow("one", f"f{level + 1}", "two"), b.run_flow("two", f"f{level + 1}"))
            for level in range(levels)
        ),
        b.flow(f"f{levels}", b.act("note")),
    )


def test_sub_flows_that_multiply_run_up_to_a_limit() -> None:
    assert run(*doubling(5))["outcome"] == "success"
    with pytest.raises(api.TenorError) as caught:
        run(*doubling(40))
    assert (caught.value.code, caught.value.details) == ("flow_too_long", {"limit": 100_000})


def test_sub_flows_that_nest_too_deeply_are_a_clear_error() -> None:
    chain = [b.flow(f"f{n}", b.run_flow("next", f"f{n + 1}")) for n in range(3000)]
    with pytest.raises(api.TenorError) as caught:
        run(*chain, b.flow("f3000", b.act("note")))
    assert caught.value.code == "too_deep"


def test_a_condition_that_cannot_be_computed_names_its_step() -> None:
    condition = b.compare(b.element(b.ref("names"), 0), "=", b.literal("x"))
    with pytest.raises(api.TenorError) as caught:
        run(b.flow("f", b.decide("ask", condition, b.done(), b.done())))
    assert (caught.value.code, caught.value.details["construct"], caught.value.details["id"]) == (
        "index_out_of_range",
        "step",
        "ask",
    )


def test_the_persona_of_a_simulation_is_recorded_not_checked() -> None:
    contract = b.load(*CONSTRUCTS, b.flow("f", b.act("approve", by="chief")))
    for persona, warnings in (("clerk", []), ("ghost", ["unknown_persona"])):
        result = api.simulate_flow(contract, "f", persona, {})
        assert (result.outcome, result.flow.persona) == ("success", persona)
        assert [warning.code for warning in result.warnings] == warnings


@pytest.mark.parametrize(
    ("flow", "persona", "code"),
    [("g", "clerk", "unknown_flow"), (7, "clerk", "invalid_argument"), ("f", None, "invalid_argument")],
)
def test_flow_and_persona_are_names(flow: Any, persona: Any, code: str) -> None:
    contract = b.load(*CONSTRUCTS, b.flow("f", b.act("note")))
    with pytest.raises(api.TenorError) as caught:
        api.simulate_flow(contract, flow, persona, {})
    assert caught.value.code == code


def test_a_simulation_is_pure_and_repeats_to_the_byte() -> None:
    flows = (
        b.flow("f", b.run_flow("sub", "g", on_failure=b.compensate("recall"))),
        b.flow("g", b.act("send", "do_approve"), b.act("approve")),
    )
    contract = b.load(*CONSTRUCTS, *flows)
    inputs: Json = ({"urgent": True}, {"Order": {"a": "draft", "b": "sent"}}, {"Order": "a", "Bill": "_default"})
    before = copy.deepcopy(inputs)
    facts, states, bindings = inputs
    first = json.dumps(api.to_json(api.simulate_flow(contract, "f", "clerk", facts, states, bindings)))
    assert json.dumps(api.to_json(api.simulate_flow(contract, "f", "clerk", facts, states, bindings))) == first
    assert inputs == before
