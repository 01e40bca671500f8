"""The loop: observe, evaluate, choose, execute – until a limit, a condition, or nothing is left to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.agent import (
    Action,
    Agent,
    Called,
    FirstAvailable,
    Limits,
    Member,
    Observation,
    PriorityList,
    RandomChoice,
    RoundRobin,
    facts_from_file,
    facts_from_lines,
    rehearsal,
)
from tenor_wasm.errors import TenorError
from tenor_wasm.executor import Executor, audit
from tenor_wasm.executor.storage import Storage
from tests import bundles as b
from tests.agent.hosts import Troubled, Wired, chosen, ran, refused, reply_lost, shop, told
from tests.agent.test_policies import DRAFT_CASES, MIXED, VAIN
from tests.executor.shops import FACTS, executor_on, states, verified
from tests.executor.test_systems import PLACE, system_on

Json = Any

ORDERS = {"Order": {"a": "draft", "b": "draft"}}


def caught(work: Callable[[], object]) -> TenorError:
    with pytest.raises(TenorError) as error:
        work()
    return error.value


def statuses(steps: Any) -> list[str | None]:
    return [step.result.status if step.result else None for step in steps]


# --- acting on instances ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wired", [False, True], ids=["executor", "over a wire"])
def test_an_agent_moves_the_chosen_instances_and_no_other(storage: Storage, wired: bool) -> None:
    executor = executor_on(storage)
    for name in ("ord-001", "ord-002", "ord-003"):
        executor.create_instance("Order", name)
    host: Any = Wired(executor) if wired else executor
    steps = ran(host, "clerk", RoundRobin("Order"), Limits(steps=2))
    assert chosen(steps) == ["submit on Order/ord-001", "submit on Order/ord-002"]
    assert states(executor) == {
        ("Order", "ord-001"): "submitted", ("Order", "ord-002"): "submitted", ("Order", "ord-003"): "draft",
    }  # fmt: skip
    for step in steps:
        assert step.result is not None
        assert step.result.chain_id is not None
        assert verified(executor, step.result.chain_id)
        chain: Json = api.parse_json(executor.chain(step.result.chain_id).chain)
        assert chain["inputs"]["instance_bindings"] == dict(
            step.decision.action.bindings if step.decision.action else {}
        )
    assert audit(executor).faults == ()


def test_the_log_says_why_each_choice_was_possible() -> None:
    executor = shop(MIXED)
    steps = ran(executor, "clerk", PriorityList(["ship", "submit"]), Limits(), clock=lambda: "now", ids=lambda _: "run")
    first, *_, last = [json.loads(json.dumps(api.to_json(step))) for step in steps]
    result = first.pop("result")
    assert first == {
        "step": 1, "at": "now", "persona": "clerk", "policy": "priority",
        "chosen": {"flow_id": "ship", "instance_bindings": {"Order": "d", "Parcel": "p"}},
        "reason": "number 1 of the list, and none before it is open",
        "because": {
            "open": True,
            "verdicts": [
                {"verdict_type": "ready", "payload": {"kind": "bool_value", "value": True},
                 "producing_rule": "ready_rule", "stratum": 0}
            ],
            "operations": ["ship_order"],
            "states": {
                "Order": {"d": {"state": "approved", "version": 0}},
                "Parcel": {"p": {"state": "packed", "version": 0}},
            },
        },
        "alternatives": {
            "open": {
                "submit": {"Order": 2}, "reopen": {"Order": 1}, "ship": {"Order": 1, "Parcel": 1},
                "process": {"Order": 2}, "rush": {"Order": 2}, "both": {"Order": 2, "Parcel": 1},
            },
            "blocked": {"approve": "approve_order allows only boss"},
            "goes_on": False, "set_aside": 0,
        },
    }  # fmt: skip
    assert (result["status"], result["outcome"], result["requests"]) == ("executed", "success", 1)
    assert [(one["instance_id"], one["from_state"], one["to_state"]) for one in result["transitions"]] == [
        ("d", "approved", "done"),
        ("p", "packed", "sent"),
    ]
    recorded = executor.execution(result["execution_id"])
    assert (recorded.record.chain_id, recorded.record.request_id) == (result["provenance_chain_id"], "run-1")
    assert (last["chosen"], last["reason"], "result" in last) == (None, "none of 'ship', 'submit' is open", False)


def test_what_an_agent_does_in_a_member_of_a_system_starts_what_it_triggers(storage: Storage) -> None:
    system = system_on(storage)
    for name in ("ord-1", "ord-2"):
        system.member("store").create_instance("Order", name)
    steps = ran(Member(system, "store", PLACE), "clerk", PriorityList(["sell"]), Limits(), {})
    assert chosen(steps) == ["sell on Order/ord-1", "sell on Order/ord-2", "nothing"]
    assert [record.state for record in system.member("warehouse").list_instances("Order").items] == ["packed"] * 2
    assert [trigger.status for trigger in system.triggers().items] == ["initiated", "failed"] * 2
    for member in ("store", "warehouse"):
        assert audit(system.member(member)).faults == ()


def test_a_persona_that_is_not_declared_is_rejected() -> None:
    error = caught(lambda: Agent(shop(ORDERS), "nobody", FirstAvailable(), FACTS))
    assert error.code == "persona_rejected"


# --- ends ------------------------------------------------------------------------------------------------------


def test_a_run_ends_when_nothing_is_left_to_do() -> None:
    steps, report = told(Agent(shop(ORDERS), "clerk", PriorityList(["submit"]), FACTS), Limits())
    assert chosen(steps) == ["submit on Order/a", "submit on Order/b", "nothing"]
    assert api.to_json(report) == {
        "persona": "clerk", "ended": "nothing_to_do", "steps": 3, "idle": 1, "executed": 2, "unchanged": 0,
        "refused": 0, "conflict": 0, "failed": 0, "dry_run": False,
    }  # fmt: skip


def test_a_run_ends_after_its_steps() -> None:
    steps, report = told(Agent(shop(ORDERS), "clerk", FirstAvailable(), FACTS), Limits(steps=5))
    assert (len(steps), report.ended) == (5, "steps")


def test_a_run_ends_after_its_seconds_and_waits_no_longer() -> None:
    now = [0.0]
    paused: list[float] = []

    def pause(seconds: float) -> None:
        paused.append(seconds)
        now[0] += seconds

    def timer() -> float:
        now[0] += 1
        return now[0]

    agent = Agent(shop({}), "clerk", FirstAvailable(), FACTS, timer=timer, pause=pause)
    steps, report = told(agent, Limits(seconds=30, wait=8))
    assert report.ended == "seconds"
    assert (len(steps), report.idle) == (4, 4)
    assert paused == [8, 8, 8, 2]


def test_a_run_ends_when_its_condition_is_met() -> None:
    steps, report = told(
        Agent(shop(ORDERS), "clerk", PriorityList(["submit"]), FACTS),
        Limits(until=lambda step: step.result is not None and step.result.transitions[0]["instance_id"] == "a"),
    )
    assert (len(steps), report.ended) == (1, "condition_met")


def test_an_agent_that_waits_sees_what_came_meanwhile() -> None:
    executor = shop({})
    agent = Agent(executor, "clerk", FirstAvailable(), FACTS, pause=lambda _: executor.create_instance("Order", "late"))
    steps = agent.steps(Limits(wait=1, steps=2))
    assert chosen([*steps]) == ["nothing", "submit on Order/late"]


def test_ctrl_c_ends_a_run_with_its_report() -> None:
    executor = shop(ORDERS)

    def interrupted(observation: Observation) -> Action | None:
        if observation.step == 2:
            raise KeyboardInterrupt
        return next(observation.actions())

    steps, report = told(Agent(executor, "clerk", Called(interrupted), FACTS), Limits())
    assert (report.ended, report.steps, len(steps)) == ("interrupted", 2, 1)
    assert states(executor) == {("Order", "a"): "submitted", ("Order", "b"): "draft"}


# --- facts -----------------------------------------------------------------------------------------------------


def test_facts_may_differ_from_step_to_step(tmp_path: Path) -> None:
    given = [{"paid": False}, {"paid": True}, {"paid": True}, {"paid": True}]
    lines = tmp_path / "facts.jsonl"
    lines.write_text("\n\n".join(map(json.dumps, given)), "utf-8")
    sources: list[Callable[[int], Json]] = [
        lambda number: given[number - 1] if number <= len(given) else None,
        facts_from_lines(str(lines)),
    ]
    for facts in sources:
        steps, report = told(Agent(shop(ORDERS), "clerk", PriorityList(["submit"]), facts), Limits(wait=0))
        assert chosen(steps) == ["nothing", "submit on Order/a", "submit on Order/b", "nothing"]
        assert report.ended == "no_more_facts"


def test_a_file_of_facts_is_read_anew_for_each_step(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text('{"paid": false}', "utf-8")
    agent = Agent(
        shop(ORDERS), "clerk", PriorityList(["submit"]), facts_from_file(str(path)),
        pause=lambda _: path.write_text('{"paid": true}', "utf-8"),
    )  # fmt: skip
    assert chosen(told(agent, Limits(wait=1, steps=2))[0]) == ["nothing", "submit on Order/a"]


def test_bad_facts_are_told_by_their_place(tmp_path: Path) -> None:
    def run_with(facts: Json) -> Callable[[], object]:
        return lambda: Agent(shop(ORDERS), "clerk", FirstAvailable(), facts).run()

    assert caught(run_with({})).code == "invalid_facts"
    assert caught(run_with(facts_from_file(str(tmp_path / "gone")))).code == "unreadable_file"
    assert caught(lambda: facts_from_lines(str(tmp_path / "gone"))).code == "unreadable_file"
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"paid": true}\n\n{"paid": \n', "utf-8")
    error = caught(run_with(facts_from_lines(str(bad))))
    assert error.code == "invalid_json"
    assert "line 3" in error.message
    bad.write_bytes(b'{"paid": "\xff"}')
    assert caught(run_with(facts_from_file(str(bad)))).code == "unreadable_file"
    assert caught(run_with(facts_from_lines(str(bad)))).code == "unreadable_file"


# --- who comes too late, and what goes wrong -------------------------------------------------------------------


def test_a_choice_that_came_too_late_is_refused_and_the_agent_observes_anew() -> None:
    executor = shop(ORDERS)

    def overtaken(observation: Observation) -> Action | None:
        action = next(observation.actions("submit"), None)
        if observation.step == 1 and action is not None:
            executor.execute_flow("submit", "clerk", FACTS, dict(action.bindings))  # somebody else is faster
        return action

    steps = ran(executor, "clerk", Called(overtaken), Limits())
    assert chosen(steps) == ["submit on Order/a", "submit on Order/b", "nothing"]
    assert statuses(steps) == ["unchanged", "executed", None]
    assert steps[0].result is not None
    assert (steps[0].result.outcome, steps[0].result.code) == ("failure", "entity_not_in_source_state")
    assert audit(executor).faults == ()


def test_after_a_conflict_the_agent_observes_anew_and_gives_up_at_the_third() -> None:
    host = Troubled(shop(ORDERS), {1: refused("conflict"), 2: refused("conflict")})
    steps = ran(host, "clerk", PriorityList(["submit"]), Limits(steps=4))
    assert statuses(steps) == ["conflict", "conflict", "executed", "executed"]
    host = Troubled(shop(ORDERS), {number: refused("conflict") for number in range(1, 4)})
    steps = ran(host, "clerk", PriorityList(["submit"]), Limits(steps=4))
    assert chosen(steps) == ["submit on Order/a"] * 3 + ["submit on Order/b"]
    assert (host.asked["action_space_page"], host.asked["execute_flow"]) == (4, 4)


def test_a_request_whose_reply_was_lost_is_carried_out_once() -> None:
    executor = shop(ORDERS)
    steps = ran(Troubled(executor, {1: reply_lost, 2: reply_lost}), "clerk", PriorityList(["submit"]), Limits())
    assert statuses(steps) == ["executed", "executed", None]
    assert [step.result.requests for step in steps if step.result] == [3, 1]
    assert len(executor.chains().items) == 2
    assert audit(executor).faults == ()


@pytest.mark.parametrize("code", ["storage_unavailable", "storage_failed", "storage_closed", "internal_error"])
def test_a_host_that_cannot_be_asked_ends_the_run_and_the_log_has_it(code: str) -> None:
    host = Troubled(shop(ORDERS), {number: refused(code) for number in range(2, 10)})
    steps: list[Any] = []
    agent = Agent(host, "clerk", PriorityList(["submit"]), FACTS, pause=lambda _: None)
    assert caught(lambda: agent.run(log=steps.append)).code == code
    assert statuses(steps) == ["executed", "failed"]
    assert steps[1].result.code == code
    assert steps[1].result.requests == (6 if code == "storage_unavailable" else 1)


def test_what_changed_nothing_is_set_aside_until_something_has_changed() -> None:
    steps = ran(shop(DRAFT_CASES, VAIN), "clerk", FirstAvailable(), Limits(), {})
    assert chosen(steps) == ["try on Case/a", "try on Case/b", "nothing"]
    assert statuses(steps) == ["unchanged", "unchanged", None]
    assert [step.alternatives.set_aside for step in steps] == [0, 1, 2]
    assert steps[2].decision.reason == "whatever is open was tried and changed nothing"
    waiting = ran(shop(DRAFT_CASES, VAIN), "clerk", FirstAvailable(), Limits(steps=5, wait=1), {})
    assert chosen(waiting) == ["try on Case/a", "try on Case/b", "nothing", "try on Case/a", "try on Case/b"]


def test_a_function_that_insists_on_what_was_set_aside_does_nothing() -> None:
    steps = ran(shop(DRAFT_CASES, VAIN), "clerk", Called(lambda _: Action("try", {"Case": "a"})), Limits(), {})
    assert statuses(steps) == ["unchanged", None]
    assert "was tried and changed nothing" in steps[1].decision.reason


@pytest.mark.parametrize(
    ("action", "code", "status"),
    [
        (Action("sail", {"Order": "a"}), "unknown_flow", "refused"),
        (Action("ship", {"Order": "a"}), "missing_binding", "refused"),
        (Action("submit", {"Ordre": "a"}), "invalid_bindings", "refused"),
        (Action("submit", {"Order": ""}), "invalid_bindings", "refused"),
        (Action("submit", {"Order": "a\0"}), "invalid_instance_id", "refused"),
        (Action("submit", {"Order": "a"}, {"nowhere": "x"}), "unknown_step", "refused"),
        (Action("approve", {"Order": "a"}), "persona_rejected", "refused"),
        (Action("submit", {"Order": "zzz"}), "unknown_instance", "unchanged"),
    ],
    ids=lambda one: str(one),
)
def test_a_choice_that_is_none_is_refused_and_told(action: Action, code: str, status: str) -> None:
    executor = shop(ORDERS, authorize_initiator=True)
    steps = ran(Wired(executor), "clerk", Called(lambda _: action), Limits(steps=3))
    assert (statuses(steps), steps[0].result and steps[0].result.code) == ([status, None], code)
    assert states(executor) == {("Order", "a"): "draft", ("Order", "b"): "draft"}
    assert steps[0].because is not None
    assert steps[0].because.open == (action.flow_id in ("submit",))


def test_a_fault_of_computation_refuses_one_choice_and_no_other() -> None:
    contract = b.load(
        b.persona(),
        b.entity("Case", "open", "checked", "shut", transitions=[("open", "checked"), ("open", "shut")]),
        b.operation("check", "Case: open -> checked"),
        b.operation("close", "Case: open -> shut"),
        b.flow("look", b.act("check")),
        b.flow("end", b.act("close")),
    )
    host = Troubled(shop({"Case": {"a": "open"}}, contract), {1: refused("overflow")})
    steps = ran(host, "clerk", FirstAvailable(), Limits(steps=2), {})
    assert chosen(steps) == ["look on Case/a", "end on Case/a"]
    assert statuses(steps) == ["refused", "executed"]


# --- dry runs --------------------------------------------------------------------------------------------------


def test_a_dry_run_says_what_a_run_then_does_and_stores_nothing(storage: Storage) -> None:
    executor = executor_on(storage)
    for name in ("a", "b"):
        executor.create_instance("Order", name)
    executor.create_instance("Parcel", "p")
    before = states(executor)
    policy = [PriorityList(["both", "process", "submit"]) for _ in range(2)]
    dry = ran(rehearsal(executor.contract, executor.entity_states()), "clerk", policy[0], Limits(), dry_run=True)
    assert states(executor) == before
    assert executor.chains().items == ()
    wet = ran(executor, "clerk", policy[1], Limits())
    assert chosen(dry) == chosen(wet)
    assert statuses(dry) == statuses(wet) == ["executed", "executed", None]
    for step in dry:
        told_of: Json = api.to_json(step)
        assert told_of["dry_run"] is True
        assert not {"provenance_chain_id", "execution_id"} & {*told_of.get("result", {})}


def test_a_rehearsal_is_a_store_of_its_own() -> None:
    executor: Executor = shop(MIXED)
    copied = rehearsal(executor.contract, executor.entity_states())
    assert states(copied) == states(executor)
    ran(copied, "clerk", RandomChoice(1), Limits(steps=5), dry_run=True)
    assert states(copied) != states(executor)
    assert states(executor)["Order", "a"] == "draft"
