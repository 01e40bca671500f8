"""The engines that answer case files, and the one comparer for what they answer.

Rules this module lives by:

- A case is read once and means the same for every engine: the same calls, the same expectation.
- Each engine hands back the raw answer text of each call; only ``difference`` judges it.
- ``calls`` uses the typed Python functions, ``wire`` the JSON edge, ``node`` and ``browser`` the wheel inside
  Pyodide through the bridge. The last two answer all cases in one process or page.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Page

from tenor_wasm import api
from tenor_wasm.api.wire import dispatch, placed
from tenor_wasm.errors import TenorError

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "cases"
CONTRACTS = ROOT / "tests" / "contracts"
EXAMPLES = ROOT / "playground" / "examples"

OF_SESSIONS = (
    *("free_session", "session_inputs", "set_facts", "set_persona"),
    *("transition", "add_instance", "remove_instance", "apply"),
)
WITHOUT_CONTRACT = ("load", "version", *OF_SESSIONS)
"""Methods that are not about a loaded contract: they get no handle."""

Json = Any


class Call(NamedTuple):
    """One call of a case; in ``template`` the text ``$contract`` stands for the handle, and ``"$session"`` for that of
    the session that was opened last."""

    method: str
    template: str
    expected: dict[str, Json]

    def params(self, contract: int | None, session: int | None) -> str:
        """The parameters with the handles put in."""
        return self.template.replace("$contract", str(contract)).replace('"$session"', str(session))


class Case(NamedTuple):
    """One case file: the contract to load first (as the parameters of ``load``), and the calls."""

    id: str
    load: str | None
    calls: tuple[Call, ...]


def read_cases(folder: Path = CASES) -> list[Case]:
    """Every case below the folder, by its path."""
    return [_read_case(path, folder) for path in sorted(folder.rglob("*.json"))]


def _read_case(path: Path, folder: Path) -> Case:
    document = json.loads(path.read_text(encoding="utf-8"))
    unknown = set(document) - {"name", "about", "contract", "calls"}
    if unknown or not document.get("about") or not document.get("calls"):
        raise ValueError(f"{path}: a case has name, about, contract and calls; found besides: {sorted(unknown)}")
    contract = document.get("contract")
    if isinstance(contract, str):
        contract = json.loads((CONTRACTS / f"{contract}.json").read_text(encoding="utf-8"))
    load = None if contract is None else json.dumps({"bundle": contract})
    calls = tuple(_read_call(call, load is not None) for call in document["calls"])
    return Case(path.relative_to(folder).with_suffix("").as_posix(), load, calls)


def _read_call(call: dict[str, Json], loaded: bool) -> Call:
    method = call["method"]
    if "params_text" in call:
        return Call(method, call["params_text"], call["expected"])
    template = json.dumps(call["params"])
    if loaded and method not in WITHOUT_CONTRACT and not {"contract", "session"} & call["params"].keys():
        rest = template[1:] if template == "{}" else "," + template[1:]
        template = '{"contract":$contract' + rest
    return Call(method, template, call["expected"])


def answer_by_wire(case: Case) -> list[str]:
    """The answers of the JSON edge in this Python."""
    handle: int | None = None
    if case.load is not None:
        answer = dispatch("load", case.load)
        loaded = json.loads(answer)
        if "ok" not in loaded:
            return [answer for _ in case.calls]
        handle = loaded["ok"]["handle"]
    answers = []
    session: int | None = None
    for call in case.calls:
        answers.append(dispatch(call.method, call.params(handle, session)))
        if call.method == "open_session":
            session = json.loads(answers[-1]).get("ok", {}).get("session", session)
    if handle is not None:
        dispatch("free", json.dumps({"contract": handle}))
    return answers


def answer_by_calls(case: Case) -> list[str | None]:
    """The answers of the typed calls; ``None`` where a call of the case has no typed form.

    That is so for what only exists as text: broken JSON, absent parameters, unknown methods and handles.
    """
    try:
        contract = None if case.load is None else api.load(json.loads(case.load)["bundle"])
    except TenorError as error:
        return [_error_text(error) for _ in case.calls]
    sessions: list[api.Session] = []
    answers = [_typed_answer(call, contract, sessions) for call in case.calls]
    # Nothing can be freed by a typed call: what is asked behind that has no typed form.
    frees = ("free", "free_session")
    freed = next((number for number, call in enumerate(case.calls) if call.method in frees), len(answers))
    return [*answers[:freed], *(None for _ in answers[freed:])]


def _typed_answer(call: Call, contract: api.Contract | None, sessions: list[api.Session]) -> str | None:
    try:
        given = api.parse_json(call.params(0, 0))
    except TenorError:
        return None
    about_session = isinstance(given, dict) and "session" in given
    parameters = (SESSION_CALLS if about_session else TYPED_CALLS).get(call.method)
    if parameters is None or not isinstance(given, dict) or (contract is None) != (call.method == "load"):
        return None
    owner: dict[str, Json] = {} if contract is None else {"contract": contract}
    if about_session:
        if given.pop("session") != 0 or not sessions:
            return None
        owner = {"self": sessions[-1]}
    named = {*parameters.required, *parameters.optional}
    if given.pop("contract", 0) != 0 or not set(parameters.required) <= given.keys():
        return None
    if about_session and not given.keys() <= named:
        return None
    arguments = {name: value for name, value in given.items() if name in named}
    try:
        result: Any = parameters.function(**owner, **arguments)
    except TenorError as error:
        return _error_text(error)
    return json.dumps({"ok": _typed_result(result, sessions)})


def _typed_result(result: Any, sessions: list[api.Session]) -> Json:
    if isinstance(result, api.Contract):
        warnings = [warning.to_json() for warning in result.warnings]
        return {"contract_id": result.id, "contract_hash": result.hash, "warnings": warnings}
    if isinstance(result, api.Session):
        sessions.append(result)
        warnings = [warning.to_json() for warning in result.warnings]
        return {"session": 0, "revision": result.revision, "warnings": warnings}
    if isinstance(result, int):
        return {"revision": result}
    if isinstance(result, dict):
        return result
    answer = api.to_json(result)
    # On the wire an answer of a session says its revision, too.
    return {**answer, "revision": sessions[-1].revision} if sessions and "actions" in answer else answer


def _error_text(error: TenorError) -> str:
    # A typed call's pointer starts at the argument; a case's, as the wire's, at the parameters.
    return json.dumps({"error": placed(error).to_json()})


class TypedCall(NamedTuple):
    """A Python function of the API and the parameters that it shares with the wire."""

    function: Callable[..., Any]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


TYPED_CALLS = {
    "load": TypedCall(api.load, ("bundle",)),
    "evaluate": TypedCall(api.evaluate, ("facts",)),
    "action_space": TypedCall(
        api.action_space, ("facts", "entity_states", "persona"), ("form", "flow", "entity", "page")
    ),
    "evaluate_batch": TypedCall(api.evaluate_batch, ("fact_sets",), ("entity_states", "personas")),
    "simulate_flow": TypedCall(
        api.simulate_flow,
        ("flow", "persona", "facts"),
        ("entity_states", "instance_bindings", "outcomes", "provenance"),
    ),
    "inspect": TypedCall(api.inspect),
    "open_session": TypedCall(api.open_session, ("facts", "entity_states", "persona"), ("revision",)),
    "verify": TypedCall(api.verify, ("chain",)),
    "diff": TypedCall(api.diff, ("a", "b"), ("flow",)),
    "run_scenarios": TypedCall(api.run_scenarios, ("scenarios",)),
    "explain": TypedCall(
        api.explain,
        ("target", "facts"),
        ("entity_states", "persona", "instance_bindings", "outcomes", "limit"),
    ),
}


_VIEWS = ("form", "flow", "entity", "page")

SESSION_CALLS = {
    "evaluate": TypedCall(api.Session.evaluate),
    "action_space": TypedCall(api.Session.action_space, (), ("since", *_VIEWS)),
    "simulate_flow": TypedCall(
        api.Session.simulate_flow, ("flow",), ("instance_bindings", "outcomes", "persona", "provenance")
    ),
    "session_inputs": TypedCall(api.Session.inputs),
    "set_facts": TypedCall(api.Session.set_facts, ("facts",)),
    "set_persona": TypedCall(api.Session.set_persona, ("persona",)),
    "transition": TypedCall(api.Session.transition, ("entity", "instance", "to")),
    "add_instance": TypedCall(api.Session.add_instance, ("entity", "instance"), ("state",)),
    "remove_instance": TypedCall(api.Session.remove_instance, ("entity", "instance")),
    "apply": TypedCall(lambda self, transitions: self.apply(transitions), ("transitions",)),
}
"""The same for the methods of a session."""


def answer_in_node(cases: Sequence[Case], wheel: Path) -> dict[str, list[str]]:
    """The answers of the wheel under Pyodide in one Node process."""
    order = {
        "indexURL": str(ROOT / "web" / "node_modules" / "pyodide"),
        "wheelURL": str(wheel),
        "cases": _for_bridge(cases),
    }
    done = subprocess.run(
        ["node", str(ROOT / "tests" / "answer_in_node.mjs")],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"node ended with {done.returncode}:\n{done.stderr}")
    answers: dict[str, list[str]] = json.loads(done.stdout)
    return answers


def answer_in_browser(cases: Sequence[Case], wheel: Path, page: Page, site: str) -> dict[str, list[str]]:
    """The answers of the wheel behind the page's bridge, in a worker of one browser tab."""
    page.goto(f"{site}/tests/blank.html")
    answers: dict[str, list[str]] = page.evaluate(
        """async ({wheelURL, cases}) => {
            const { createTenor } = await import("/bridge/index.js");
            const { answerCases } = await import("/tests/bridge_runner.mjs");
            const tenor = await createTenor({ indexURL: "/runtime/", wheelURL });
            const answers = await answerCases(tenor, JSON.parse(cases));
            await tenor.dispose();
            return answers;
        }""",
        # As one text: Playwright's own encoding of large values is slow.
        {"wheelURL": f"/runtime/{wheel.name}", "cases": json.dumps(_for_bridge(cases))},
    )
    return answers


def _for_bridge(cases: Sequence[Case]) -> list[dict[str, Json]]:
    return [
        {
            "id": case.id,
            "load": case.load,
            "calls": [{"method": call.method, "template": call.template} for call in case.calls],
        }
        for case in cases
    ]


def difference(expected: Json, actual: Json, place: str = "") -> str | None:
    """Where and how an answer departs from what is expected; ``None`` when it does not.

    Objects may have more members than expected; lists have exactly as many elements; scalars are equal and of one type.
    """
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            if key not in actual:
                return f"{place}/{key} is missing"
            found = difference(value, actual[key], f"{place}/{key}")
            if found:
                return found
        return None
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return f"{place or '/'} has {len(actual)} elements, not {len(expected)}: {json.dumps(actual)}"
        for index, (value, other) in enumerate(zip(expected, actual, strict=True)):
            found = difference(value, other, f"{place}/{index}")
            if found:
                return found
        return None
    if type(expected) is not type(actual) or expected != actual:
        return f"{place or '/'} is {json.dumps(actual)}, not {json.dumps(expected)}"
    return None


def check_answers(case: Case, answers: Sequence[str | None]) -> None:
    """Fail with every call of the case whose answer departs from what is expected; ``None`` is no answer to judge."""
    assert len(answers) == len(case.calls)
    wrong = []
    for number, (call, answer) in enumerate(zip(case.calls, answers, strict=True)):
        if answer is None:
            continue
        if not answer.isascii():
            wrong.append(f"call {number} ({call.method}): the answer is not ASCII")
        found = difference(call.expected, json.loads(answer))
        if found:
            wrong.append(f"call {number} ({call.method}): {found}\n  the whole answer: {answer[:2000]}")
    assert not wrong, "\n".join(wrong)
