"""The bridge's promises in each of its hosts: a web worker, the page's own thread, Node's thread and worker threads."""

from __future__ import annotations

import functools
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import tenor_wasm
from tenor_wasm.api.wire import dispatch

ROOT = Path(__file__).resolve().parent.parent.parent
BUNDLE = (ROOT / "tests" / "bridge" / "counting.json").read_text("utf-8")
PATIENCE_MS = 120_000
"""How long anything may take on a busy machine."""

Play = Callable[[str], Any]
"""Plays a scenario of scenarios.mjs by its name and gives its data."""

IN_BROWSER = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
IN_NODE = [pytest.mark.node, pytest.mark.xdist_group("node")]
WORKERS = [
    pytest.param("browser worker", marks=IN_BROWSER),
    pytest.param("node worker", marks=IN_NODE),
]
HOSTS = [*WORKERS, pytest.param("browser main", marks=IN_BROWSER), pytest.param("node main", marks=IN_NODE)]


SCENARIOS = [
    "everyCall",
    "batch",
    "reasons",
    "numbers",
    "refusals",
    "queue",
    "abortWaiting",
    "latest",
    "twoInstances",
    "dispose",
    "retry",
    "session",
]
ENDING_WORKERS = ["abortRunning", "runaway", "sessionRestart"]
"""Scenarios that only a host with workers can play."""


@pytest.fixture(scope="module")
def played_in_node(wheel: Path) -> Callable[[str], dict[str, Any]]:
    """What all scenarios tell under Node, in one process for each runtime."""

    @functools.cache
    def play(runtime: str) -> dict[str, Any]:
        pyodide = ROOT / "web" / "node_modules" / "pyodide"
        options = {"runtime": runtime, "indexURL": str(pyodide), "wheelURL": str(wheel)}
        names = [*SCENARIOS, *(ENDING_WORKERS if runtime == "worker" else [])]
        done = subprocess.run(
            ["node", str(ROOT / "tests" / "bridge" / "play_in_node.mjs")],
            input=json.dumps({"options": options, "bundle": BUNDLE, "names": names}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return play


@pytest.fixture(scope="module")
def pages(chromium: Browser, site: str, wheel: Path) -> Iterator[Callable[[str], Page]]:
    """One blank page for each runtime, with the scenarios in it."""
    contexts = []

    @functools.cache
    def open_page(runtime: str) -> Page:
        contexts.append(chromium.new_context())
        page = contexts[-1].new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{site}/tests/blank.html")
        options = {"runtime": runtime, "indexURL": "/runtime/", "wheelURL": f"/runtime/{wheel.name}"}
        page.evaluate(
            """async ({options, bundle}) => {
                const { scenarios } = await import("/tests/bridge/scenarios.mjs");
                globalThis.all = scenarios(await import("/bridge/index.js"), options, bundle);
            }""",
            {"options": options, "bundle": BUNDLE},
        )
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def play(request: pytest.FixtureRequest) -> Play:
    """The scenarios in the host that the test is run for."""
    place, runtime = request.param.split()
    if place == "node":
        told = request.getfixturevalue("played_in_node")(runtime)
        return lambda name: told[name]
    page = request.getfixturevalue("pages")(runtime)
    return lambda name: page.evaluate("(name) => all[name]()", name)


@pytest.fixture
def page(chromium: Browser, site: str) -> Iterator[Page]:
    """A blank page in a browser profile of its own."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{site}/tests/blank.html")
    yield page
    context.close()


def _python(method: str, **params: Any) -> Any:
    """What Python answers to the same call, for comparison."""
    answer = json.loads(dispatch(method, json.dumps(params)))
    return answer.get("ok", answer.get("error"))


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_every_call_answers_as_python_does(play: Play) -> None:
    told = play("everyCall")
    contract = _python("load", bundle=json.loads(BUNDLE))["handle"]
    assert told["version"] == [tenor_wasm.__version__] * 2
    assert told["evaluate"] == _python("evaluate", contract=contract, facts={"amount": 7})
    assert told["actionSpace"] == _python("action_space", contract=contract, facts={"amount": 7}, persona="clerk")
    assert told["flow"]["error"]["code"] == "unknown_flow"
    assert told["inspect"] == _python("inspect", contract=contract)
    source: dict[str, Any] = {"files": {"a.tenor": "persona  clerk\n"}, "root": "a.tenor"}
    assert told["elaborated"] == _python("elaborate", **source)["bundle"]
    assert told["fromSource"] == ["a", len("sha256:") + 64]
    formatted = _python("format", source=source["files"]["a.tenor"])
    assert told["formatted"].get("result") == formatted.get("source")
    assert told["formatted"].get("error", {}).get("code") == formatted.get("code")
    assert json.loads(told["raw"]) == {"ok": {"version": tenor_wasm.__version__}}
    assert told["freed"] is True
    assert told["afterFree"]["error"]["code"] == "unknown_handle"


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_a_batch_answers_what_single_calls_answer(play: Play) -> None:
    told = play("batch")
    first, refused, last = told["values"]["results"]
    assert {name: value for name, value in first.items() if name != "action_spaces"} == told["single"]
    assert first["action_spaces"] == told["spaces"]
    assert refused["error"]["path"] == "/fact_sets/1/paid"
    assert last["verdicts"] == []
    assert told["values"]["failed"] == 1
    assert told["text"]["results"] == [told["single"]]


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_the_handle_gives_reasons(play: Play) -> None:
    told = play("reasons")
    assert told["verdict"]["holds"] is True
    assert told["action"]["holds"] is False
    assert told["action"]["remedies"]["suggestions"] != []
    assert told["untried"]["remedies"]["suggestions"] == []
    assert told["step"]["step"]["step_id"] == "close_it"
    assert told["run"]["provenance"]["contract_hash"] == told["hash"]
    assert told["verified"]["agrees"] is True
    assert told["altered"]["agrees"] is False
    assert [one["agrees"] for one in told["exact"]] == [True] * 3
    assert told["difference"]["same"] is False
    assert told["contracts"]["same"] is False
    assert told["scenarios"]["passed"] is False
    assert told["unsafe"]["error"]["path"] == "/b/facts/paid"
    assert told["unknown"]["error"]["code"] == "unknown_target"
    assert told["ofFreed"]["error"]["path"] == "/other_contract"


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_a_session_is_followed_by_its_changes(play: Play) -> None:
    told = play("session")
    assert told["different"] == []
    assert 10 < told["refused"] < 60
    assert told["warnings"] == []
    assert told["caughtUp"] is True
    assert told["wrongBase"]["error"]["code"] == "unknown_revision"
    assert told["advanced"] == [-1, 0]
    assert told["again"]["error"]["code"] == "state_conflict"
    assert told["again"]["error"]["path"] == "/transitions/0/from_state"
    assert told["verdicts"] == ["may_close"]
    assert told["counts"] == {"Order": 1}
    assert told["future"]["error"]["code"] == "unknown_revision"
    assert told["unopened"]["error"]["code"] == "unknown_handle"
    assert told["freed"] is True
    assert [outcome["error"]["code"] for outcome in told["afterFree"]] == ["unknown_session"] * 2


@pytest.mark.parametrize("play", WORKERS, indirect=True)
def test_sessions_outlive_their_worker(play: Play) -> None:
    told = play("sessionRestart")
    assert told["told"] == ["restart abort", "restarted 1"] * 2
    assert told["ended"] == [["AbortError", 2], ["AbortError", 3]]
    assert told["same"] == [True, True, True]
    once = {"Order": {"closed": ["o-1"], "open": ["late-1", "o-2"]}}
    assert told["caughtUp"] == once
    assert told["now"] == {"Order": {"closed": ["o-1"], "open": ["late-1", "late-2", "o-2"]}}
    assert told["long"] == [{}, 6]
    assert told["fromBefore"] == "grouped"
    assert told["freed"]["error"]["code"] == "unknown_session"


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_no_number_is_rounded_on_its_way(play: Play) -> None:
    told = play("numbers")
    assert told["byText"] == "9007199254740993"
    assert told["byBigint"] == "18446744073709551616"
    assert told["small"] == 2**53 - 1
    for name in ("unsafe", "fraction"):
        assert told[name]["error"]["code"] == "invalid_number"
        assert told[name]["error"]["path"] == "/facts/amount"
    assert told["fractionText"]["error"]["code"] == "invalid_facts"


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_errors_are_those_of_python(play: Play) -> None:
    told = {name: outcome["error"] for name, outcome in play("refusals").items()}
    assert all(error["isTenorError"] and error["isError"] for error in told.values())
    bundle = {"id": "x", "kind": "Bundle", "tenor_version": "1.0.0", "constructs": [{"kind": "Persona"}, {}]}
    contract = _python("load", bundle=json.loads(BUNDLE))["handle"]
    same = {
        "contract": _python("load", bundle=bundle),
        "facts": _python("evaluate", contract=contract, facts={"amount": "seven", "numbers": 1}),
        "source": _python("load", files={"a.tenor": "fact {\n"}, root="a.tenor"),
        "persona": _python("action_space", contract=contract, facts={}, persona=7),
    }
    for name, error in same.items():
        assert {key: told[name][key] for key in ("code", "path", "details")} == {
            key: error[key] for key in ("code", "path", "details")
        }
    findings = same["contract"]["details"]["findings"]
    assert len(findings) > 1
    assert [error["path"] for error in told["contract"]["related"]] == [finding["path"] for finding in findings]
    assert [error["details"]["line"] for error in told["source"]["related"]] == [
        error["line"] for error in same["source"]["details"]["errors"]
    ]
    assert (told["json"]["code"], told["json"]["path"]) == ("invalid_json", "/facts")
    assert (told["twice"]["code"], told["twice"]["path"]) == ("duplicate_key", "/facts")
    assert (told["nothing"]["code"], told["nothing"]["path"]) == ("missing_argument", "/facts")
    assert (told["json"]["details"]["line"], told["json"]["details"]["column"]) == (2, 12)


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_a_thousand_queued_calls_are_answered_in_order(play: Play) -> None:
    assert play("queue") == {"length": 1000, "inOrder": True}


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_the_abort_of_a_waiting_call_touches_no_other(play: Play) -> None:
    told = play("abortWaiting")
    assert told["aborted"]["error"]["name"] == "AbortError"
    assert told["others"] == [1, 2]
    assert told["told"] == []


@pytest.mark.parametrize("play", WORKERS, indirect=True)
def test_the_abort_of_a_running_call_replaces_the_worker(play: Play) -> None:
    told = play("abortRunning")
    assert told["runaway"]["error"]["name"] == "AbortError"
    assert told["waiting"] == [1, 2, 3]
    assert told["later"] == 4
    assert told["told"] == ["restart abort", "restarted 2"]


@pytest.mark.parametrize("play", WORKERS, indirect=True)
def test_a_runaway_call_ends_at_its_budget(play: Play) -> None:
    told = play("runaway")
    assert told["own"]["error"]["name"] == "TimeoutError"
    assert told["instance"]["error"]["name"] == "TimeoutError"
    assert (told["afterwards"], told["later"]) == (1, 2)
    assert told["told"] == ["restart timeout", "restarted 1"] * 2


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_the_latest_edit_wins(play: Play) -> None:
    *older, newest = play("latest")
    assert [outcome["error"]["name"] for outcome in older] == ["AbortError"] * 4
    assert newest == {"result": 5}


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_two_instances_stand_beside_each_other(play: Play) -> None:
    told = play("twoInstances")
    assert told["both"] == [5, 6]
    assert told["ended"]["error"]["code"] == "disposed"
    assert told["left"] == 9


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_dispose_rejects_what_is_pending(play: Play) -> None:
    told = play("dispose")
    assert {outcome["error"]["code"] for outcome in [*told["calls"], told["later"]]} == {"disposed"}


@pytest.mark.parametrize("play", HOSTS, indirect=True)
def test_a_failed_start_can_be_tried_again(play: Play) -> None:
    told = play("retry")
    assert told["failed"]["error"]["code"] == "runtime_download_failed"
    assert told["failed"]["error"]["details"]["file"] == "no-such.whl"
    assert told["aborted"]["error"]["name"] == "AbortError"
    assert told["started"] == 3


START = """async (options) => {
    const { createTenor } = await import("/bridge/index.js");
    globalThis.told = [];
    globalThis.tenor = await createTenor(options);
    tenor.addEventListener("restart", ({ detail }) => told.push(detail.reason));
    globalThis.replaced = new Promise((resolve) => tenor.addEventListener("restarted", () => resolve(told)));
    globalThis.contract = await tenor.load(options.bundle);
}"""


ASK = """globalThis.ask = (facts) =>
    contract.evaluate({facts}).then(({verdicts}) => verdicts[0].payload.value, ({code}) => code)"""


def _start(page: Page, wheel: Path, **options: Any) -> None:
    page.evaluate(START, {"indexURL": "/runtime/", "wheelURL": f"/runtime/{wheel.name}", "bundle": BUNDLE, **options})


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_killed_worker_is_noticed_and_replaced(page: Page, wheel: Path) -> None:
    _start(page, wheel)
    page.workers[0].evaluate("self.close()")
    assert page.evaluate("replaced") == ["crash"]
    assert page.evaluate(f"{ASK}; ask({{amount: 3}})") == 3
    assert len(page.workers) == 1


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_worker_killed_during_a_call_costs_that_call_alone(page: Page, wheel: Path) -> None:
    _start(page, wheel)
    numbers = "Array(60).fill(1)"
    page.evaluate(
        f"{ASK}; globalThis.calls = [ask({{numbers: {numbers}}}), ask({{amount: 1}}), ask({{amount: 2}})]; undefined"
    )
    # The worker is busy: this reaches it between the first call and the second, or before the third.
    page.workers[0].evaluate("self.close()")
    assert page.evaluate("replaced") == ["crash"]
    outcomes = page.evaluate("Promise.all(calls)")
    assert all(outcome in (value, "runtime_stopped") for outcome, value in zip(outcomes, (5, 1, 2), strict=True))
    assert outcomes.count("runtime_stopped") <= 1


MORE_MEMORY = 4 * 2**20
"""What ten thousand calls may add to a heap: one kilobyte that each of them leaves behind would be ten megabytes."""


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_ten_thousand_calls_leave_no_memory_behind(page: Page, wheel: Path) -> None:
    _start(page, wheel, workerURL="/tests/bridge/metered_worker.mjs")
    devtools = page.context.new_cdp_session(page)
    calls = """async (count) => {
        const input = {facts: {amount: 7}, persona: "clerk"};
        for (let done = 0; done < count; done += 100) {
            await Promise.all(Array.from({length: 100}, () => contract.actionSpace(input)));
            await contract.inspect();
            await (await tenor.load(contractText)).free();
        }
    }"""
    page.evaluate("(bundle) => { globalThis.contractText = bundle; }", BUNDLE)

    def used() -> tuple[int, int]:
        devtools.send("HeapProfiler.collectGarbage")
        page_heap = devtools.send("Runtime.getHeapUsage")["usedSize"]
        return page.workers[0].evaluate("wasmBytes()"), page_heap

    page.evaluate(calls, 1_000)
    python_before, page_before = used()
    page.evaluate(calls, 10_000)
    python_after, page_after = used()
    assert python_before > 0
    assert python_after - python_before <= MORE_MEMORY
    assert page_after - page_before <= MORE_MEMORY


class _AnyOrigin(SimpleHTTPRequestHandler):
    """Serves files to pages of other origins too, as a CDN does."""

    def end_headers(self) -> None:
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def delivery_network() -> Iterator[str]:
    """The bridge's files on an origin of their own."""
    handler = functools.partial(_AnyOrigin, directory=str(ROOT))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_a_worker_script_of_another_origin_runs_by_way_of_a_blob(
    chromium: Browser, delivery_network: str, wheel: Path
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    # The same server by another name is another origin.
    page.goto(f"{delivery_network.replace('127.0.0.1', 'localhost')}/tests/blank.html")
    told = page.evaluate(
        """async ({origin, wheelURL, bundle}) => {
            const { createTenor } = await import(`${origin}/web/dist/index.js`);
            const options = {indexURL: `${origin}/web/node_modules/pyodide/`, wheelURL};
            const told = [];
            for (const workerURL of [undefined, `${origin}/web/dist/worker.js`]) {
                const tenor = await createTenor(workerURL === undefined ? options : {...options, workerURL});
                const contract = await tenor.load(bundle);
                told.push((await contract.evaluate({facts: {}})).verdicts[0].payload.value);
                await tenor.dispose();
            }
            return told;
        }""",
        {"origin": delivery_network, "wheelURL": f"{delivery_network}/dist/{wheel.name}", "bundle": BUNDLE},
    )
    assert told == [5, 5]
    context.close()
