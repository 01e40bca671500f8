"""The outline for editors: every name stands where it says, whatever is wrong beside it; pictures of flows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor_wasm.api.source import outline, vocabulary
from tenor_wasm.api.wire import dispatch
from tenor_wasm.elaborator.tokens import plain_lines
from tests.elaborator.sources import text_of
from tests.elaborator.test_format import SOURCES, name_of

EXAMPLES = Path(__file__).parents[2] / "playground" / "examples"
LENDING = (EXAMPLES / "tool-lending" / "tool_lending.tenor").read_text(encoding="utf-8")

SHOP = """
type Line { item: Text(max_length: 9), count: Int(min: 0, max: 9) }
persona clerk
fact lines { type: List(element_type: Line, max: 5) source: "shop.lines" }
entity Order { states: [draft, sent] initial: draft transitions: [draft → sent] }
rule full { stratum: 0 when: ∀ line ∈ lines . line.count > 0 produce: verdict complete { payload: Bool = true } }
operation send {
  allowed_personas: [clerk]
  precondition: complete present ∧ lines present
  effects: [Order: draft → sent]
}
flow sending {
  entry: go
  steps: {
    go: OperationStep {
      op: send
      persona: clerk
      outcomes: { success: both }
      on_failure: Compensate(
        steps: [{ op: send, persona: clerk, on_failure: Terminal(failure) }], then: Terminal(failure)
      )
    }
    both: ParallelStep {
      branches: [
        Branch { id: left entry: go steps: { go: HandoffStep { from_persona: clerk to_persona: clerk next: go } } }
      ]
      join: JoinPolicy { on_all_success: Terminal(success), on_any_failure: Escalate(to_persona: clerk, next: go) }
    }
  }
}
"""


def names(source: str, file: str = "shop.tenor") -> list[Any]:
    result = outline({file: source}, file)["names"]
    assert isinstance(result, list)
    return result


def told(source: str, line_with: str) -> list[tuple[str, str, str]]:
    """What is told of the first line that holds a text: kind, name and scope."""
    line = next(number for number, text in enumerate(source.split("\n"), 1) if line_with in text)
    return [(name["kind"], name["id"], name.get("scope", "")) for name in names(source) if name["line"] == line]


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_name_stands_where_it_says(path: Path) -> None:
    lines = text_of(path).removeprefix("\ufeff").split("\n")
    for name in names(text_of(path), path.name):
        if name["file"] == path.name:
            assert lines[name["line"] - 1][name["column"] - 1 : name["end_column"] - 1] == name["id"]


@pytest.mark.parametrize("entry", sorted(EXAMPLES.glob("*/*.tenor")), ids=lambda path: path.stem)
def test_every_mention_of_a_sound_contract_leads_to_one_declaration(entry: Path) -> None:
    found = names(entry.read_text(encoding="utf-8"), entry.name)
    declared = [(name["kind"], name["id"], name.get("scope")) for name in found if name.get("declares")]
    assert len(declared) == len(set(declared))
    for name in found:
        assert (name["kind"], name["id"], name.get("scope")) in declared


def test_names_are_told_by_what_they_mean_where_they_stand() -> None:
    assert told(SHOP, "fact lines") == [("fact", "lines", ""), ("type", "Line", "")]
    assert told(SHOP, "rule full") == [("rule", "full", ""), ("fact", "lines", ""), ("verdict", "complete", "")]
    assert told(SHOP, "effects") == [("entity", "Order", ""), ("state", "draft", "Order"), ("state", "sent", "Order")]
    # `present` asks for a verdict, or for a fact where there is one of that name.
    assert told(SHOP, "precondition") == [("verdict", "complete", ""), ("fact", "lines", "")]
    assert ("operation", "send", "") in told(SHOP, "steps: [{ op")
    assert told(SHOP, "Escalate") == [("persona", "clerk", ""), ("step", "go", "sending")]


def test_steps_of_a_branch_are_known_in_it_alone() -> None:
    assert told(SHOP, "Branch {") == [
        ("step", "go", "sending/both/left"),
        ("step", "go", "sending/both/left"),
        ("persona", "clerk", ""),
        ("persona", "clerk", ""),
        ("step", "go", "sending/both/left"),
    ]


def test_what_can_be_read_is_told_beside_errors() -> None:
    broken = SHOP.replace("stratum: 0", "stratum 0", 1) + "\nfact unfinished { type:"
    kinds = {(name["kind"], name["id"]) for name in names(broken) if name.get("declares")}
    assert ("rule", "full") not in kinds
    assert {("fact", "lines"), ("operation", "send"), ("flow", "sending"), ("state", "sent")} <= kinds


def test_names_of_imported_files_are_told_with_their_file() -> None:
    files = {
        "root.tenor": 'import "people.tenor"\nfact age { type: Int source: "x.age" }',
        "people.tenor": "persona guest",
    }
    found = outline(files, "root.tenor")["names"]
    assert isinstance(found, list)
    assert [(name["id"], name["file"]) for name in found if isinstance(name, dict)] == [
        ("age", "root.tenor"),
        ("guest", "people.tenor"),
    ]


@settings(deadline=None)
@given(st.integers(0, len(LENDING)), st.text(max_size=4))
def test_no_edit_stops_it(place: int, typed: str) -> None:
    source = LENDING[:place] + typed + LENDING[place + 5 :]
    lines = plain_lines(source).split("\n")
    for name in names(source):
        assert lines[name["line"] - 1][name["column"] - 1 : name["end_column"] - 1] == name["id"]


def test_the_vocabulary_has_the_words_that_the_parser_takes() -> None:
    words: Any = vocabulary()
    assert words["constructs"]["rule"] == ["stratum", "when", "produce"]
    assert "on_failure" in words["blocks"]["OperationStep"]
    assert words["names"]["op"] == "operation"
    fields = {name for table in ("constructs", "blocks") for names in words[table].values() for name in names}
    assert set(words["names"]) <= fields


def graph_of(source: str, flow: str) -> Any:
    loaded = json.loads(dispatch("load", json.dumps({"files": {"x.tenor": source}, "root": "x.tenor"})))
    shown = json.loads(dispatch("inspect", json.dumps({"contract": loaded["ok"]["handle"]})))
    return next(one["graph"] for one in shown["ok"]["flows"] if one["id"] == flow)


@pytest.mark.parametrize("entry", sorted(EXAMPLES.glob("*/*.tenor")), ids=lambda path: path.stem)
def test_a_flow_is_drawn_with_the_names_that_coverage_counts(entry: Path) -> None:
    source = {entry.name: entry.read_text(encoding="utf-8")}
    handle = json.loads(dispatch("load", json.dumps({"files": source, "root": entry.name})))["ok"]["handle"]
    shown = json.loads(dispatch("inspect", json.dumps({"contract": handle})))["ok"]
    empty = json.dumps({"contract": handle, "scenarios": {"scenarios": []}})
    coverage = json.loads(dispatch("run_scenarios", empty))["ok"]["coverage"]
    edges, steps = set(), set()
    for flow in shown["flows"]:
        drawn = {node["id"] for node in flow["graph"]["nodes"]}
        assert flow["entry"] in drawn
        for edge in flow["graph"]["edges"]:
            assert {edge["from"], edge["to"]} <= drawn
        edges |= {f"{flow['id']}/{edge['step_id']}: {edge['way']}" for edge in flow["graph"]["edges"] if "way" in edge}
        steps |= {f"{flow['id']}/{node['step_id']}" for node in flow["graph"]["nodes"] if "step_id" in node}
    assert edges == {*coverage["edges"]["missed"]}
    assert steps == {*coverage["steps"]["missed"]}


def test_a_compensation_is_drawn_step_by_step() -> None:
    edges = graph_of(LENDING, "lend_tool")["edges"]
    assert {"from": "deposit", "to": "deposit!0", "kind": "failure", "label": "failure: compensate"}.items() <= next(
        edge for edge in edges if edge["to"] == "deposit!0"
    ).items()
    assert [edge["kind"] for edge in edges if edge["from"] == "deposit!0"] == ["failure", "next"]
