"""How the work grows, held by counting function calls, not by clocks: calls are the same on every machine.

Each count is of all calls in Python and into C while one answer is made. What happens inside of one call into C (the
scan of a text, a join) is linear by itself.
"""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api import compat, fragments
from tests import bundles as b

FLOWS = 12
INSTANCES = 60
STATES = ("a", "b", "c")


def calls_of(work: Callable[[], object]) -> int:
    """The function calls that the work makes."""
    counts: Counter[str] = Counter()

    def count(_: FrameType, event: str, __: Any) -> None:
        counts[event] += 1

    before = sys.getprofile()
    gc.collect()
    gc.disable()  # what others have hung into the collector is no work of ours
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return counts["call"] + counts["c_call"]


def contract_of(flows: int) -> int:
    """A contract with so many flows on one entity; they leave different states, by turns."""
    moves = ("Box: a -> b", "Box: b -> c", "Box: c -> a")
    constructs = [b.persona(), b.entity("Box", *STATES, transitions=[("a", "b"), ("b", "c"), ("c", "a")])]
    for number in range(flows):
        constructs.append(b.operation(f"op{number}", moves[number % 3]))
        constructs.append(b.flow(f"flow{number}", b.act(f"op{number}")))
    handle: int = json.loads(compat.load_contract(json.dumps(b.bundle(*constructs))))["handle"]
    return handle


def states_of(instances: int) -> str:
    return json.dumps({"Box": {f"box-{number:06}": STATES[number % 3] for number in range(instances)}})


def space_calls(flows: int, instances: int) -> int:
    handle, states = contract_of(flows), states_of(instances)

    def work() -> str:
        return compat.compute_action_space(handle, "{}", states, "clerk")

    assert "error" not in json.loads(work())  # and what is laid out once per contract is there
    return calls_of(work)


def test_the_calls_for_all_flows_do_not_grow_with_the_instances() -> None:
    per_flows = [space_calls(2 * FLOWS, n) - space_calls(FLOWS, n) for n in (INSTANCES, 2 * INSTANCES, 8 * INSTANCES)]
    assert per_flows[0] == per_flows[1] == per_flows[2]


def test_the_calls_for_all_instances_do_not_grow_with_the_flows() -> None:
    per_instances = [space_calls(flows, 2 * INSTANCES) - space_calls(flows, INSTANCES) for flows in (3, 6, 24)]
    assert per_instances[0] == per_instances[1] == per_instances[2]


def test_the_calls_grow_at_most_linearly_with_the_instances() -> None:
    counts = [space_calls(FLOWS, number * INSTANCES) for number in (1, 2, 3)]
    assert counts[2] - counts[1] <= counts[1] - counts[0] <= 4 * INSTANCES


def test_the_calls_grow_linearly_with_the_flows() -> None:
    counts = [space_calls(number * FLOWS, INSTANCES) for number in (1, 2, 3)]
    assert counts[2] - counts[1] == counts[1] - counts[0]


@pytest.mark.parametrize("flows", [3, 30])
def test_each_group_is_written_once_however_many_flows_list_it(flows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    written: Counter[str] = Counter()
    for name in ("ids_text", "others_text"):
        original = getattr(fragments, name)

        def counting(group: Any, name: str = name, original: Callable[[Any], str] = original) -> str:
            written[name] += 1
            return original(group)

        monkeypatch.setattr(fragments, name, counting)
    compat.compute_action_space(contract_of(flows), "{}", states_of(INSTANCES), "clerk")
    assert written == {"ids_text": len(STATES), "others_text": len(STATES)}


def test_a_change_of_one_instance_makes_only_the_groups_that_it_left_and_entered() -> None:
    before = api.EntityStates({(e, f"i{n}"): STATES[n % 3] for e in ("Box", "Lid") for n in range(9)}).live()
    groups = {state: before.of("Box").within((state,)) for state in STATES}
    lids = before.of("Lid").by_state
    after = before.with_states({("Box", "i0"): "b"})
    assert after.of("Box").within(("c",)) is groups["c"]
    assert after.of("Box").within(("a",)) == groups["a"][1:]
    assert after.of("Box").within(("b",)) == ("i0", *groups["b"])
    assert after.of("Lid").by_state is lids
    assert after.live() is after
    assert before.of("Box").within(("a",)) is groups["a"], "what was there before stays"


def load_calls(constructs: int) -> int:
    rules = [b.rule(f"r{number}", b.compare(b.ref("n"), "<", b.literal(number))) for number in range(constructs)]
    text = json.dumps(b.bundle(b.fact("n", b.integer(0, 100)), *rules))
    return calls_of(lambda: compat.load_contract(text))


def test_the_calls_of_a_load_grow_linearly_with_the_contract() -> None:
    # Later ones cost no more than earlier ones; the fuller the bundle, the same for each rule.
    small, middle, large = (load_calls(number) for number in (40, 80, 160))
    assert abs((large - middle) - 2 * (middle - small)) <= 0.05 * (large - middle)
