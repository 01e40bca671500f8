"""The typed call that runs a scenario file, and its result as JSON."""

from __future__ import annotations

from tenor_wasm.api.calls import guarded
from tenor_wasm.api.render import JsonObject, to_json
from tenor_wasm.errors import Json
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.scenarios import run
from tenor_wasm.scenarios.coverage import KINDS, Coverage
from tenor_wasm.scenarios.read import read_scenarios
from tenor_wasm.scenarios.run import ScenarioResult, ScenarioRun


@guarded
def run_scenarios(contract: Contract, scenarios: Json) -> ScenarioRun:
    """Run a scenario file (the parsed JSON document) against a contract.

    The document's own ``contract`` is not looked at: who has loaded it has decided. A scenario that is not as expected
    is a result, not an error. Raises ``invalid_scenarios`` with every fault of the file in ``details.findings``.
    """
    return run.run_scenarios(contract, read_scenarios(scenarios))


def _result(result: ScenarioResult) -> JsonObject:
    answer: JsonObject = {
        "title": result.title,
        "passed": result.passed,
        "checked": result.checked,
        "differences": [
            {"path": one.path, "expected": one.expected, "actual": one.actual} for one in result.differences
        ],
    }
    if result.error is not None:
        answer["error"] = result.error.to_json()
    return answer


def coverage_json(coverage: Coverage) -> JsonObject:
    """Per kind: how many were hit, of how many, what was missed, and the hits by name."""
    answer: JsonObject = {}
    for kind in KINDS:
        hit, total = coverage.totals(kind)
        answer[kind] = {
            "hit": hit,
            "total": total,
            "missed": list(coverage.missed(kind)),
            "hits": dict(coverage.hits[kind]),
        }
    return answer


@to_json.register(ScenarioRun)
def run_json(result: ScenarioRun) -> JsonObject:
    """The results in the file's order, and the coverage."""
    return {
        "passed": result.passed,
        "results": [_result(one) for one in result.results],
        "coverage": coverage_json(result.coverage),
        "contract_hash": result.coverage.contract.hash,
    }
