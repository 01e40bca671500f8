"""Scenario files: what passes and fails, how differences read, and coverage counted by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.cli import main
from tests import bundles as b
from tests.engines import EXAMPLES, ROOT

Json = Any


def doors() -> tuple[Json, ...]:
    """One rule, one operation, one flow."""
    return (
        b.persona("clerk"),
        b.persona("chief"),
        b.fact("a", b.BOOL),
        b.fact("n", b.integer(0, 9)),
        b.rule("v", b.both(b.ref("a"), b.compare(b.ref("n"), ">", b.literal(3)))),
        b.entity("Door", "shut", "ajar", transitions=[("shut", "ajar"), ("ajar", "shut")]),
        b.operation("push", "Door: shut -> ajar => success", personas=("clerk", "chief"), when=b.present("v")),
        b.flow("go", b.act("push", step="push")),
    )


OPENED = {
    "title": "opened",
    "facts": {"a": True, "n": 5},
    "entity_states": {"Door": {"d1": "shut", "d2": "ajar"}},
    "persona": "clerk",
    "flow": "go",
    "instance_bindings": {"Door": "d1"},
    "expect": {
        "verdicts": {"v": True},
        "actions": {"go": {"Door": ["d1"]}},
        "outcome": "success",
        "path": ["push"],
        "transitions": [{"entity_id": "Door", "instance_id": "d1", "from_state": "shut", "to_state": "ajar"}],
    },
}
BLOCKED = {
    "title": "blocked",
    "facts": {"a": False, "n": 5},
    "entity_states": {"Door": {"d1": "shut"}},
    "persona": "clerk",
    "expect": {"verdicts": {"v": False}, "actions": {"go": False}},
}


def totals(run: api.ScenarioRun) -> dict[str, tuple[int, int]]:
    return {kind: run.coverage.totals(kind) for kind in run.coverage.hits}


def test_coverage_of_a_rule_an_operation_and_a_flow() -> None:
    contract = b.load(*doors())
    run = api.run_scenarios(contract, {"scenarios": [OPENED]})
    assert run.passed
    # Predicates: the rule's "and" and its two sides, and the precondition, each true and false: 4 of 8 were true.
    assert totals(run) == {
        "rules": (1, 1),
        "predicates": (4, 8),
        "transitions": (1, 2),
        "steps": (1, 1),
        "edges": (1, 2),
        "personas": (1, 2),
    }
    assert run.coverage.missed("transitions") == ("Door: ajar -> shut",)
    assert run.coverage.missed("edges") == ("go/push: failure handler",)
    assert run.coverage.missed("personas") == ("push as chief",)
    run = api.run_scenarios(contract, {"scenarios": [OPENED, BLOCKED]})
    # With a false the comparison is passed over: it was never false.
    assert run.coverage.missed("predicates") == (f"rule {contract.rules[0].id}: n > 3 is false",)


def test_coverage_of_a_branch_a_quantifier_a_handoff_and_a_sub_flow() -> None:
    some = b.quantified("exists", "x", b.ref("l"), b.compare(b.ref("x"), ">", b.literal(3)))
    contract = b.load(
        b.persona("clerk"),
        b.persona("chief"),
        b.fact("l", b.list_of(b.integer(0, 9))),
        b.entity("Door", "shut", "ajar", transitions=[("shut", "ajar")]),
        b.operation("push", "Door: shut -> ajar => success", personas=("clerk",)),
        b.flow("inner", b.act("push", step="push")),
        b.flow("outer", b.decide("big", some, "pass", b.done()), b.hand_off("pass", "run"), b.run_flow("run", "inner")),
    )
    scenario = {"title": "t", "facts": {"l": [1, 5, 2]}, "entity_states": {"Door": "shut"}}
    run = api.run_scenarios(contract, {"scenarios": [scenario | {"persona": "clerk", "flow": "outer"}]})
    assert run.passed
    # Predicates: ∃ (true), its body (false for 1, true for 5; 2 was not looked at), and the precondition (true).
    # Edges: big true and false, pass, run success and failure, push success and failure.
    assert totals(run) == {
        "rules": (0, 0),
        "predicates": (4, 6),
        "transitions": (1, 1),
        "steps": (4, 4),
        "edges": (4, 7),
        "personas": (1, 1),
    }
    assert run.coverage.missed("edges") == (
        "inner/push: failure handler",
        "outer/big: false",
        "outer/run: failure handler",
    )
    # Twice: once where the action space follows the branch, once where the flow runs.
    assert run.coverage.hits["predicates"]["step big: x > 3 is true"] == 2


WRONG = [
    ({"verdicts": {"v": False}}, "/verdicts/v", False, True),
    ({"verdicts": {"v": {"payload": False}}}, "/verdicts/v", {"payload": False}, {"payload": True}),
    ({"verdicts": {"none": True}}, "/verdicts/none", True, "no rule produces it"),
    ({"actions": {"go": {"Door": ["d2"]}}}, "/actions/go", {"Door": ["d2"]}, {"Door": ["d1"]}),
    ({"actions": {"none": True}}, "/actions/none", True, "no such flow"),
    ({"outcome": "failure"}, "/outcome", "failure", "success"),
    ({"path": ["push", "more"]}, "/path", ["push", "more"], ["push"]),
    ({"error": "overflow"}, "/error", "overflow", None),
]


@pytest.mark.parametrize(("expect", "path", "expected", "actual"), WRONG)
def test_what_is_not_as_expected_is_a_difference(expect: Json, path: str, expected: Json, actual: Json) -> None:
    run = api.run_scenarios(b.load(*doors()), {"scenarios": [OPENED | {"expect": expect}]})
    assert not run.passed
    assert [(one.path, one.expected, one.actual) for one in run.results[0].differences] == [(path, expected, actual)]


def test_an_error_can_be_expected_and_is_a_difference_when_it_is_not() -> None:
    broken = OPENED | {"facts": {}}
    run = api.run_scenarios(b.load(*doors()), {"scenarios": [broken | {"expect": {"error": "invalid_facts"}}, broken]})
    assert [result.passed for result in run.results] == [True, False]
    assert run.results[1].error is not None


REFUSED = [
    ([], ""),
    ({"scenarios": {}}, ""),
    ({"scenarios": [], "more": 1}, "/more"),
    ({"scenarios": [{"facts": {}}]}, "/scenarios/0"),
    ({"scenarios": [{"title": "t", "facts": 1}]}, "/scenarios/0/facts"),
    ({"scenarios": [{"title": "t", "facts": {}, "expected": {}}]}, "/scenarios/0/expected"),
    ({"scenarios": [{"title": "t", "facts": {}, "expect": {"outcomes": "x"}}]}, "/scenarios/0/expect/outcomes"),
    ({"scenarios": [{"title": "t", "facts": {}, "flow": "go"}]}, "/scenarios/0"),
    ({"scenarios": [{"title": "t", "facts": {}, "expect": {"outcome": "success"}}]}, "/scenarios/0"),
]


@pytest.mark.parametrize(("document", "path"), REFUSED)
def test_a_file_that_is_none_is_refused_with_the_place(document: Json, path: str) -> None:
    with pytest.raises(api.TenorError) as caught:
        api.run_scenarios(b.load(*doors()), document)
    assert (caught.value.code, caught.value.path) == ("invalid_scenarios", path)


# --- the command -----------------------------------------------------------------------------------------------


def write(folder: Path, *scenarios: Json, name: str = "doors.scenarios.json", **more: Json) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(json.dumps({**more, "scenarios": scenarios}), encoding="utf-8")
    return path


def test_the_command_finds_files_and_shows_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "contract.json").write_text(json.dumps(b.bundle(*doors())), encoding="utf-8")
    write(tmp_path / "inner", OPENED, contract="../contract.json")
    assert main(["test", str(tmp_path)]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().out
    write(tmp_path, OPENED | {"expect": {"path": ["pull"], "outcome": "failure"}}, name="scenarios.json")
    assert main(["test", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert "FAIL opened\n       at /outcome\n" in text
    assert '         - [0] "pull"\n         + [0] "push"\n' in text
    assert "1 passed, 1 failed" in text


def test_the_command_gives_one_count_for_each_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = b.bundle(*doors())
    first = write(tmp_path, OPENED, contract=bundle)
    second = write(tmp_path, BLOCKED, name="more.scenarios.json", contract=bundle)
    assert main(["test", "--json", str(first), str(second)]) == 0
    answer = json.loads(capsys.readouterr().out)
    (coverage,) = answer["coverage"].values()
    assert (coverage["predicates"]["hit"], coverage["predicates"]["total"]) == (7, 8)
    assert [one["passed"] for one in answer["files"]] == [True, True]
    assert main(["test", "--missed", str(first)]) == 0
    assert "personas: push as chief" in capsys.readouterr().out


def test_the_command_says_what_it_cannot_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(tmp_path)]) == 2
    assert "no scenario file" in capsys.readouterr().err
    write(tmp_path, OPENED)
    assert main(["test", str(tmp_path)]) == 2
    assert "names no 'contract'" in capsys.readouterr().err


@pytest.mark.parametrize("folder", [".hidden", "dist", "build", "node_modules", "inner/build/deeper"])
def test_folders_of_what_was_built_or_fetched_are_searched_only_by_name(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = b.bundle(*doors())
    write(tmp_path, OPENED, contract=bundle)
    write(tmp_path / folder, OPENED, contract=bundle)
    assert main(["test", str(tmp_path)]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().out
    assert main(["test", str(tmp_path / folder)]) == 0
    assert "1 passed, 0 failed" in capsys.readouterr().out


NO_SCENARIOS: tuple[Json, ...] = (
    {"$schema": "…", "properties": {"scenarios": {}}},
    {"name": "scenarios", "calls": []},
    [],
    7,
)


@pytest.mark.parametrize("document", NO_SCENARIOS)
def test_json_that_is_no_scenario_file_is_passed_over_and_named(
    document: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, OPENED, contract=b.bundle(*doors()))
    other = tmp_path / "inner" / "scenarios.json"
    other.parent.mkdir()
    other.write_text(json.dumps(document), "utf-8")
    assert main(["test", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert "1 passed, 0 failed" in text
    assert f'passed over, without a list "scenarios": {other}' in text
    assert main(["test", "--json", str(tmp_path)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (len(answer["files"]), answer["passed_over"]) == (1, [str(other)])
    assert main(["test", str(other)]) == 2, "who names it says that it is one"
    assert "[invalid_scenarios]" in capsys.readouterr().err
    assert main(["test", str(other.parent)]) == 2, "nothing was tested"
    assert "no scenario file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ('{"scenarios": [', "invalid_json"),
        ('{"scenarios": [{"facts": {}}]}', "invalid_scenarios"),
        ('{"scenarios": [], "contract": "none.tenor"}', "unreadable_file"),
        ('{"scenarios": [], "contract": {"kind": "Bundle"}}', "invalid_contract"),
    ],
)
def test_a_bad_file_does_not_stop_the_others(
    written: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = b.bundle(*doors())
    bad = tmp_path / "inner" / "bad.scenarios.json"
    write(tmp_path / "inner", OPENED, name="a.scenarios.json", contract=bundle)
    write(tmp_path / "inner", BLOCKED, name="c.scenarios.json", contract=bundle)
    (tmp_path / "inner" / "contract.json").write_text(json.dumps(bundle), "utf-8")
    bad.write_text(written, "utf-8")
    assert main(["test", str(tmp_path)]) == 1
    text = capsys.readouterr().out
    assert f"{bad}\n  FAIL it cannot be run\n" in text
    assert f"error[{code}]" in text
    assert "2 passed, 0 failed, 1 file cannot be run" in text
    assert main(["test", "--json", str(tmp_path)]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert (answer["passed"], [one["passed"] for one in answer["files"]]) == (False, [True, False, True])
    assert answer["files"][1]["error"]["code"] == code


def test_the_checkout_has_no_scenarios_but_those_of_the_examples(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["test"]) == 0
    assert "37 passed, 0 failed\n" in capsys.readouterr().out


def test_the_examples_are_scenario_files_that_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["test", str(EXAMPLES)]) == 0
    assert "37 passed, 0 failed" in capsys.readouterr().out


def test_explain_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    folder = EXAMPLES / "escrow-release"
    scenario = json.loads((folder / "scenarios.json").read_text("utf-8"))["scenarios"][0]
    arguments = ["explain", str(folder / "contract.json"), "--action", "release_escrow", "--persona", "escrow_officer"]
    arguments += ["--facts", json.dumps(scenario["facts"]), "--entities", json.dumps(scenario["entity_states"])]
    arguments += ["--bindings", '{"EscrowAccount": "esc-003"}']
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "EscrowAccount esc-003 is frozen, but release_money needs it to be held" in text
    assert "choose EscrowAccount esc-001 instead, which is held" in text
    assert "run settle_dispute instead: it brings EscrowAccount esc-003 to released" in text
    assert main([*arguments, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] + "\n" == text
    assert main(["explain", str(folder / "contract.json"), "--step", "nothing"]) == 2
