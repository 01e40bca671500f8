"""The benchmarks run, and measure what they say: no two calls alike, no answer an error, other libraries that agree.

Nothing here looks at a time.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import pytest

from tenor_wasm.api.wire import dispatch
from tests.benchmarks import __main__ as bench
from tests.benchmarks import cases, engine_in_python, engines, reference
from tests.benchmarks.cases import Case
from tests.benchmarks.engine_in_python import arguments_of, params_of
from tests.benchmarks.engines import HERE, Measured, Settings, plan_of
from tests.benchmarks.fit import growth, ratios, spread
from tests.benchmarks.peers import peers
from tests.benchmarks.report import tables
from tests.benchmarks.table import markdown, number

Json = Any

CALLS = 12
EVERY = {case.name: case for case in (*bench.chosen(10), *reference.chosen(10))}


def asked(case: Case, number: int) -> Mapping[str, str]:
    return arguments_of(case._asdict(), number)


@pytest.fixture(params=list(EVERY.values()), ids=list(EVERY))
def case(request: pytest.FixtureRequest) -> Case:
    chosen: Case = request.param
    return chosen


def test_no_two_calls_of_a_case_are_alike(case: Case) -> None:
    texts = [asked(case, number) for number in range(CALLS)]
    for name in texts[0].keys() & {"bundle", "facts", "fact_sets", "entity_states"}:
        told = [text[name] for text in texts]
        # A generated contract of many flows has the one fact; most others differ in everything that they are given.
        assert len(set(told)) == CALLS, name
        assert len({len(text) for text in told[:: len(case.variants)]}) == 1, name


def test_every_fact_set_of_a_batch_is_another_one() -> None:
    (variant,) = cases.batch_of_facts(50).variants
    sets = [json.dumps(facts) for facts in json.loads(cases.filled(variant["fact_sets"], 3))]
    assert len(set(sets)) == 50


def test_every_call_of_a_case_is_answered(case: Case) -> None:
    handle = None if case.method == "load" else loaded(case.contract)
    answers = [json.loads(dispatch(case.method, params_of(handle, asked(case, number)))) for number in range(CALLS)]
    assert [answer for answer in answers if "ok" not in answer] == []
    assert [answer for answer in answers if answer["ok"].get("failed")] == [] or case.method != "evaluate_batch"


def loaded(contract: str) -> int:
    return engine_in_python.loaded(cases.text_of(cases.CONTRACTS[contract]()))


def test_the_large_contract_is_as_large_as_it_says() -> None:
    answer = json.loads(dispatch("inspect", json.dumps({"contract": loaded("large")})))
    assert (len(answer["ok"]["flows"]), len(answer["ok"]["rules"])) == (200, 500)


def test_variants_lead_to_different_answers() -> None:
    handle = loaded("escrow")
    case = cases.evaluate("escrow")
    answers = [dispatch("evaluate", params_of(handle, asked(case, number))) for number in range(4)]
    assert len(set(answers)) == 4


# --- figures ---------------------------------------------------------------------------------------------------


def test_growth_is_the_exponent() -> None:
    sizes = [10, 100, 1_000]
    assert growth(sizes, [size**1.5 * 3 for size in sizes]) == pytest.approx(1.5)
    assert growth(sizes, [7.0, 7.0, 7.0]) == pytest.approx(0)


def test_a_slow_round_leaves_the_ratio_alone() -> None:
    assert ratios([1, 1, 9, 1, 1], [2, 2, 18, 2, 2]) == (0.5, 0.5, 0.5)
    assert spread([3.0]) == (3.0, 3.0, 3.0)
    assert spread([1.0, 2.0, 3.0, 4.0, 100.0]) == (3.0, 2.0, 4.0)


def test_numbers_and_tables_are_readable() -> None:
    assert [*map(number, (0, 0.01234, 0.1234, 1.234, 123.4))] == ["0", "0.0123", "0.123", "1.23", "123"]
    assert markdown(("", "a"), [("x", "1")]).splitlines() == ["|     |   a |", "|-----|----:|", "| x   |   1 |"]


# --- the engines -----------------------------------------------------------------------------------------------

ONCE = Settings(rounds=1, milliseconds=0)


def small_plan() -> dict[str, Any]:
    return plan_of(bench.chosen(1), peers(), ONCE, cases.action_space(1))


def complete(measured: Measured) -> bool:
    """Whether each case has a figure, and memory is told."""
    found = all(measured.times[case.name]["ours"] for case in bench.chosen(1))
    return found and measured.memory["states"] > 0


def test_it_measures_in_python() -> None:
    measured = engines.in_python(small_plan())
    assert complete(measured)
    assert "| load large " in tables({"CPython": measured}, bench.chosen(1), [])


@pytest.mark.node
def test_it_measures_in_node_beside_other_libraries() -> None:
    measured = engines.in_node(small_plan())
    assert complete(measured)
    text = tables({"Node": measured}, bench.chosen(1), peers())
    assert all(f"| {peer.library}: {peer.part}" in text for peer in peers())


@pytest.mark.browser
def test_it_measures_in_a_browser() -> None:
    # In a thread of its own: Playwright's loop of other tests may run in this one.
    with ThreadPoolExecutor(1) as thread:
        assert complete(thread.submit(engines.in_chromium, small_plan()).result())


def in_node(source: str, **given: Json) -> Json:
    """What a module of the benchmarks prints as JSON; `given` is there by name."""
    reading = 'JSON.parse((await import("node:fs")).readFileSync(0, "utf8"))'
    command = ["node", "--input-type=module", "--eval", f"const {{ {', '.join(given)} }} = {reading};\n{source}"]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.node
def test_javascript_and_python_ask_the_same() -> None:
    plain = [case._asdict() for case in islice(EVERY.values(), 12)]
    told = in_node(
        """const { argumentsOf } = await import(`${here}/timing.mjs`);
        console.log(JSON.stringify(plain.map((each) => [0, 1, 99999].map((number) => argumentsOf(each, number)))));""",
        plain=plain,
        here=HERE.as_uri(),
    )
    assert told == [[arguments_of(case, number) for number in (0, 1, 99999)] for case in plain]


@pytest.mark.node
def test_no_answer_that_is_an_error_is_measured() -> None:
    told = in_node(
        """const { alternate } = await import(`${here}/timing.mjs`);
        let found;
        const broken = { name: "broken", prepare: (number) => number, run: () => '{"error":{}}' };
        try { alternate([broken], { rounds: 1, milliseconds: 0 }); } catch (thrown) { found = thrown.message; }
        console.log(JSON.stringify(found));""",
        here=HERE.as_uri(),
    )
    assert told == '{"error":{}}'


# --- the other libraries ---------------------------------------------------------------------------------------

OURS: Mapping[str, Callable[[Json], Json]] = {
    "evaluate": lambda answer: sorted(verdict["type"] for verdict in answer["verdicts"]),
    "action_space": lambda answer: {
        action["flow_id"]: next(iter(action["instance_bindings"].values())) for action in answer["actions"]
    },
    "simulate_flow": lambda answer: answer["outcome"],
}
THEIRS: Mapping[str, Callable[[Json], Json]] = {
    "evaluate": sorted,
    "action_space": lambda answer: {flow: sorted(told["open"]) for flow, told in answer.items() if told["open"]},
    "simulate_flow": lambda answer: answer["outcome"],
}
"""Method → what must be the same in both answers."""


@pytest.mark.node
def test_the_other_libraries_find_what_ours_finds() -> None:
    chosen = peers()
    told = in_node(
        """const { loadPeers, peerContestants } = await import(`${here}/peers.mjs`);
        const peers = await loadPeers();
        const answers = plans.map((plan) => {
          const { prepare, run } = peerContestants(plan, peers);
          return plan.variants.map((_, number) => JSON.parse(run(prepare(number))));
        });
        console.log(JSON.stringify(answers));""",
        plans=[peer.plan() for peer in chosen],
        here=HERE.as_uri(),
    )
    handle = loaded("escrow")
    for peer, answers in zip(chosen, told, strict=True):
        method = peer.case.method
        for turn, theirs in enumerate(answers):
            ours = json.loads(dispatch(method, params_of(handle, asked(peer.case, turn))))["ok"]
            assert OURS[method](ours) == THEIRS[method](theirs), (peer.library, turn)
