"""The public conformance data beside the checkout: bundles that load, evaluations with their results, the etag.

Where a case contradicts the specification, the specification wins; such cases stand in ``EXEMPT`` with the reason.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tenor_wasm import api
from tenor_wasm.api import compat
from tenor_wasm.api.wire import dispatch
from tenor_wasm.interchange.canonical import etag
from tests.conftest import SHARED

CONFORMANCE = SHARED / "conformance"
BUNDLES = sorted(CONFORMANCE.glob("bundles/*.json"))
EVALUATIONS = sorted(CONFORMANCE.glob("eval/*.json"))

EXEMPT = {"decimal_overflow": "Decimal(5, 2) times five digits is Decimal(10, 2) (§13.2): nothing overflows"}

pytestmark = pytest.mark.skipif(not CONFORMANCE.is_dir(), reason="the conformance data is not beside this checkout")

Json = Any
Answers = tuple[Json, Json]
"""What ``evaluate`` and, where the case names a flow, ``simulate_flow`` answer; an error is ``{"error": …}``."""


def read(path: Any) -> Json:
    return json.loads(path.read_text(encoding="utf-8"))


def by_calls(case: Json) -> Answers:
    try:
        contract = api.load(case["bundle"])
        verdicts = api.to_json(api.evaluate(contract, case["facts"]))
        if "flow" not in case:
            return verdicts, None
        return verdicts, api.to_json(
            api.simulate_flow(contract, case["flow"], case["persona"], case["facts"], initial_states(contract))
        )
    except api.TenorError as error:
        return {"error": error.to_json()}, None


def by_wire(case: Json) -> Answers:
    loaded = json.loads(dispatch("load", json.dumps({"bundle": case["bundle"]})))
    if "error" in loaded:
        return loaded, None
    params = {"contract": loaded["ok"]["handle"], "facts": case["facts"]}
    verdicts = json.loads(dispatch("evaluate", json.dumps(params)))
    flow: Json = {}
    if "flow" in case:
        flow = json.loads(dispatch("simulate_flow", json.dumps({**params, **pick(case, "flow", "persona")})))
    dispatch("free", json.dumps({"contract": params["contract"]}))
    return verdicts.get("ok", verdicts), flow.get("ok")


def by_compat(case: Json) -> Answers:
    loaded = json.loads(compat.load_contract(json.dumps(case["bundle"])))
    if "error" in loaded:
        return loaded, None
    handle, facts = loaded["handle"], json.dumps(case["facts"])
    verdicts = json.loads(compat.evaluate(handle, facts))
    flow = None
    if "flow" in case:
        states = json.dumps(initial_states(api.load(case["bundle"])))
        flow = json.loads(compat.simulate_flow(handle, case["flow"], case["persona"], facts, states))
    compat.free_contract(handle)
    return verdicts, flow


def initial_states(contract: api.Contract) -> dict[str, str]:
    return {entity.id: entity.initial for entity in contract.entities.values()}


def pick(value: Json, *keys: str) -> Json:
    return {key: value[key] for key in keys}


def step_seen(step: Json) -> Json:
    """What a case says about a step; of a refusal, only that it is one."""
    seen = pick(step, "step_id", "step_type", "result")
    return {**seen, "result": "error: "} if seen["result"].startswith("error: ") else seen


@pytest.mark.parametrize("path", BUNDLES, ids=lambda path: path.stem)
def test_every_bundle_loads(path: Any) -> None:
    bundle = read(path)
    contract = api.load(bundle)
    assert contract.id == bundle["id"]
    declared = sum(
        map(
            len,
            (
                contract.facts,
                contract.entities,
                contract.rules,
                contract.personas,
                contract.operations,
                contract.flows,
                contract.sources,
                contract.systems,
            ),
        )
    )
    assert declared == len(bundle["constructs"])


def test_the_suites_are_complete() -> None:
    assert len(BUNDLES) == 55
    assert len(EVALUATIONS) == 28


@pytest.mark.parametrize("engine", [by_calls, by_wire, by_compat])
@pytest.mark.parametrize("path", EVALUATIONS, ids=lambda path: path.stem)
def test_every_evaluation_gives_what_is_expected(path: Any, engine: Callable[[Json], Answers]) -> None:
    case = read(path)
    expected = case["expected"]
    verdicts, flow = engine(case)
    if path.stem in EXEMPT:
        assert "error" not in verdicts, EXEMPT[path.stem]
    elif "error" in expected:
        assert "error" in verdicts
    else:
        assert verdicts["verdicts"] == expected["verdicts"]
    if "flow_outcome" in expected:
        assert flow["outcome"] == expected["flow_outcome"]
        assert flow["verdicts"] == expected["verdicts"]
        assert [step_seen(step) for step in flow["path"]] == [step_seen(step) for step in expected["steps_executed"]]


def test_the_manifest_example_has_its_etag() -> None:
    manifest = read(CONFORMANCE / "manifest_basic.json")
    assert manifest["etag"] == "d0e189b7f0e6bb674eca2ff978e8b4382e16c928909e415b6cde5865b55b1a16"
    assert etag(manifest["bundle"]) == manifest["etag"]
    assert api.load(manifest["bundle"]).hash == f"sha256:{manifest['etag']}"
