"""The drop-in module as an application has it: the seven functions and ``TenorEvaluator``, in a page and under Node."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tenor_wasm import __version__
from tenor_wasm.api import compat
from tests.bridge import package

Json = Any
Step = list[Any]

CONTRACTS = package.ROOT / "tests" / "contracts"
EXAMPLES = sorted((package.ROOT / "playground" / "examples").glob("*/scenarios.json"))
SESSION = Path(__file__).resolve().parent / "compat_session.mjs"
MORE_MEMORY = 2 * 2**20
"""Bytes that a runtime may keep after thousands of calls; one leaked result a call would be ten times that."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package.unpack(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def origin(unpacked: Path) -> Iterator[str]:
    with package.served({"package": unpacked, "tests": package.ROOT / "tests"}) as address:
        yield address


@pytest.fixture(scope="module")
def page(origin: str, chromium: Browser) -> Iterator[Page]:
    """A page on which the module's names are globals, started."""
    opened = chromium.new_page()
    opened.set_default_timeout(120_000)
    opened.goto(f"{origin}/tests/blank.html")
    opened.evaluate(
        """async () => {
            await import("/tests/bridge/meter.mjs");
            globalThis.session = await import("/tests/bridge/compat_session.mjs");
            globalThis.compat = await import("/package/dist/compat.js");
            globalThis.early = session.play(compat, [["evaluate", 0, "{}"], ["initSync"]]);
            // Two at once are one; a module file of the other evaluator may stay where it was.
            globalThis.outputs = await Promise.all([compat.default(), compat.default({module_or_path: "x_bg.wasm"})]);
        }"""
    )
    yield opened
    opened.close()


def _scenario_steps(path: Path) -> Iterator[Step]:
    """Everything an application asks about an example's scenarios."""
    yield ["load_contract", (path.parent / "contract.json").read_text("utf-8")]
    yield ["inspect_contract", "$handle"]
    for scenario in json.loads(path.read_text("utf-8"))["scenarios"]:
        facts, states = json.dumps(scenario["facts"]), json.dumps(scenario["entity_states"])
        asked = ["$handle", scenario["flow"], scenario["persona"], facts, states]
        yield ["evaluate", "$handle", facts]
        yield ["compute_action_space", "$handle", facts, states, scenario["persona"]]
        yield ["simulate_flow", *asked]
        yield ["simulate_flow_with_bindings", *asked, json.dumps(scenario["instance_bindings"])]
    yield ["free_contract", "$handle"]
    yield ["free_contract", "$handle"]
    yield ["inspect_contract", "$handle"]


def _fault_steps() -> Iterator[Step]:
    """Faults of every argument, missing arguments, and what no application should give."""
    counter = (CONTRACTS / "counter.json").read_text("utf-8")
    yield from (["load_contract", text] for text in ("", "{", "{}", "[]", '{"a":1,"a":1}', counter))
    yield from (["evaluate", "$handle", facts] for facts in ("{}", '{"n":"x"}', '{"n":9007199254740993}', "\u00e9"))
    yield from ([name, 4711] for name in ("inspect_contract", "free_contract"))
    yield ["evaluate", 1.5, "{}"]
    yield ["compute_action_space", "$handle", '{"n":1}', '{"Ghost":"x"}', "clerk"]
    yield ["simulate_flow", "$handle", "no_flow", "clerk", '{"n":1}', "{}"]
    for nothing in (None, "", "null", "{}"):
        yield ["simulate_flow_with_bindings", "$handle", "no_flow", "clerk", '{"n":1}', "{}", nothing]


def _contract_steps() -> Iterator[Step]:
    """Every contract of the tests, inspected: all that can be declared."""
    for path in sorted(CONTRACTS.glob("*.json")):
        yield ["load_contract", path.read_text("utf-8")]
        yield ["inspect_contract", "$handle"]
        yield ["free_contract", "$handle"]


STEPS = [*_fault_steps(), *_contract_steps(), *(step for path in EXAMPLES for step in _scenario_steps(path))]


def _without_handle(answer: str | None) -> str | None:
    """Handles count up in each runtime for itself: they are blanked where they are given or told."""
    return answer and re.sub(r'^({"handle":|.*? the number )\d+', r"\1…", answer)


def _in_python(steps: list[Step]) -> list[str | None]:
    """The same steps in CPython."""
    answers: list[str | None] = []
    handle: int | None = None
    for name, *given in steps:
        answer = getattr(compat, name)(*(handle if value == "$handle" else value for value in given))
        if name == "load_contract":
            handle = json.loads(answer).get("handle", handle)
        answers.append(answer)
    return answers


def _compare(answers: list[str | None]) -> None:
    expected = _in_python(STEPS)
    assert len(answers) == len(expected)
    for step, answer, wanted in zip(STEPS, answers, expected, strict=True):
        assert _without_handle(answer) == _without_handle(wanted), step


@pytest.fixture(scope="module")
def in_node(unpacked: Path) -> Json:
    command = ["node", str(SESSION), str(unpacked / "dist" / "compat.js")]
    done = subprocess.run(command, input=json.dumps(STEPS), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.node
@pytest.mark.xdist_group("compat")
def test_under_node_every_answer_is_the_text_that_python_gives(in_node: Json) -> None:
    _compare(in_node["after"])


@pytest.mark.node
@pytest.mark.xdist_group("compat")
def test_before_init_every_call_throws_and_says_what_to_do(in_node: Json) -> None:
    assert in_node["before"] == [{"threw": "runtime_not_started"}, {"threw": "runtime_unsupported"}]


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_in_a_page_every_answer_is_the_text_that_python_gives(page: Page) -> None:
    _compare(page.evaluate("(steps) => session.play(compat, steps)", STEPS))


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_the_module_is_started_once_and_then_synchronous(page: Page) -> None:
    assert page.evaluate("early") == [{"threw": "runtime_not_started"}, {"threw": "runtime_unsupported"}]
    started = page.evaluate("[...outputs, compat.initSync({module: new Uint8Array(8)})]")
    assert started == [{"version": __version__}] * 3
    assert page.evaluate("compat.evaluate(4711, '{}') instanceof Promise") is False


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_the_functions_have_the_arguments_that_applications_give(page: Page) -> None:
    lengths = page.evaluate("Object.fromEntries(Object.entries(compat).map(([name, {length}]) => [name, length]))")
    assert lengths == {
        "default": 1,
        "initSync": 1,
        "load_contract": 1,
        "free_contract": 1,
        "evaluate": 2,
        "compute_action_space": 4,
        "simulate_flow": 5,
        "simulate_flow_with_bindings": 6,
        "inspect_contract": 1,
        "TenorEvaluator": 1,
        "TenorError": 2,
    }


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
@pytest.mark.parametrize("argument", ["{}", "[]", "() => 1", "Symbol('x')", "10n", "undefined", "null", "true"])
def test_what_is_no_text_is_refused_and_never_kept(page: Page, argument: str) -> None:
    answers = page.evaluate(
        f"[compat.load_contract({argument}), compat.evaluate(0, {argument}), compat.inspect_contract({argument})]"
    )
    assert all("error" in json.loads(answer) for answer in answers)
    assert page.evaluate(f"compat.free_contract({argument}) === undefined")


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_a_start_that_failed_names_the_file_and_can_be_repeated(origin: str, chromium: Browser) -> None:
    page = chromium.new_page()
    page.goto(f"{origin}/tests/blank.html")
    codes = page.evaluate(
        """async () => {
            const { default: init } = await import("/package/dist/compat.js");
            const { attempt } = await import("/tests/bridge/compat_session.mjs");
            const failure = await init("/nowhere").catch((error) => attempt(() => { throw error; }));
            const aborted = await init({signal: AbortSignal.abort()}).catch(({name}) => name);
            const named = failure.details.url.endsWith("/nowhere/" + failure.details.file);
            return [failure.code, named, aborted, await init()];
        }"""
    )
    page.close()
    assert codes == ["runtime_download_failed", True, "AbortError", {"version": __version__}]


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_the_evaluator_takes_values_and_gives_values(page: Page) -> None:
    path = package.ROOT / "playground" / "examples" / "order-approval"
    scenario = json.loads((path / "scenarios.json").read_text("utf-8"))["scenarios"][0]
    bundle = json.loads((path / "contract.json").read_text("utf-8"))
    seen = page.evaluate(
        """([bundle, { facts, entity_states: states, persona, flow, instance_bindings: bindings }]) => {
            const evaluator = compat.TenorEvaluator.fromBundle(bundle);
            const twin = compat.TenorEvaluator.fromJson(JSON.stringify(bundle));
            const seen = {
                same: evaluator.hash === twin.hash && evaluator.id === bundle.id,
                verdicts: evaluator.evaluate(facts).verdicts.length,
                texts: twin.evaluate(JSON.stringify(facts)).verdicts.length,
                actions: evaluator.computeActionSpace(facts, states, persona).actions.map(({flow_id}) => flow_id),
                bound: evaluator.executeFlowWithBindings(flow, persona, facts, states, bindings).outcome,
                flat: evaluator.executeFlow(flow, persona, facts, {Order: "draft"}).outcome,
                personas: evaluator.inspect().personas.length,
                freed: [evaluator.isFreed],
            };
            evaluator.free();
            evaluator.free();
            seen.freed.push(evaluator.isFreed, session.attempt(() => evaluator.inspect()).code, twin.isFreed);
            twin.free();
            return seen;
        }""",
        [bundle, scenario],
    )
    assert seen["same"]
    assert seen["verdicts"] == seen["texts"] > 0
    assert seen["actions"] == [scenario["flow"]]
    assert seen["bound"] == seen["flat"] == "success"
    assert seen["personas"] == 3
    assert seen["freed"] == [False, True, "unknown_handle", False]


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_the_evaluator_throws_with_code_and_path(page: Page) -> None:
    refused = page.evaluate(
        """(text) => {
            const evaluator = compat.TenorEvaluator.fromJson(text);
            const seen = [
                session.attempt(() => compat.TenorEvaluator.fromJson("{}")),
                session.attempt(() => evaluator.evaluate({n: "x"})),
                session.attempt(() => evaluator.evaluate({n: 0.5})),
                session.attempt(() => evaluator.executeFlow("no_flow", "clerk", {n: 1}, {})),
            ];
            evaluator.free();
            return seen;
        }""",
        (CONTRACTS / "counter.json").read_text("utf-8"),
    )
    assert {error["name"] for error in refused} == {"TenorError"}
    assert [error["code"] for error in refused][:2] == ["invalid_contract", "invalid_facts"]
    assert [error["path"] for error in refused][1:3] == ["/n", "/n"]
    assert refused[3]["code"] == "unknown_flow"
    assert refused[0]["related"] > 0


@pytest.mark.browser
@pytest.mark.xdist_group("compat")
def test_thousands_of_calls_leave_no_memory_behind(page: Page) -> None:
    path = package.ROOT / "playground" / "examples" / "order-approval"
    scenario = json.loads((path / "scenarios.json").read_text("utf-8"))["scenarios"][0]
    given = {
        "bundle": (path / "contract.json").read_text("utf-8"),
        "facts": json.dumps(scenario["facts"]),
        "states": json.dumps(scenario["entity_states"]),
        "bindings": json.dumps(scenario["instance_bindings"]),
        "persona": scenario["persona"],
        "flow": scenario["flow"],
    }
    devtools = page.context.new_cdp_session(page)

    def used_after(rounds: int) -> tuple[int, int]:
        page.evaluate("([given, rounds]) => session.wear(compat, given, rounds)", [given, rounds])
        devtools.send("HeapProfiler.collectGarbage")
        return page.evaluate("wasmBytes()"), devtools.send("Runtime.getHeapUsage")["usedSize"]

    python_before, page_before = used_after(20)
    python_after, page_after = used_after(120)
    assert python_before > 0
    assert python_after - python_before <= MORE_MEMORY
    assert page_after - page_before <= MORE_MEMORY
