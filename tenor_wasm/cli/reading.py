"""A provenance chain as people read it: from each step down to the facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tenor_wasm.api.json_text import write_json


def why(chain: Mapping[str, Any]) -> str:
    """Each step with what it rests on, indented below it, and the chain's id and contract."""
    lines = [f"{chain['provenance_chain_id']}  {chain['contract']} {chain['contract_hash']}"]
    lines += _steps(chain["steps"], "")
    return "\n".join(lines)


def _steps(steps: Any, indent: str) -> Iterator[str]:
    for step in steps:
        yield f"{indent}{step['step']}: {_headline(step)}"
        yield from _step(step, indent + "  ")


def _headline(step: Mapping[str, Any]) -> str:
    """What happened, in one line."""
    match step["step_type"]:
        case "OperationStep" | "CompensationStep":
            result = step["result"] if "error" not in step else f"refused ({step['error']['code']})"
            return f"{step['operation']} by {step['persona']['contract_persona']}: {result}"
        case "BranchStep":
            return f"{step['condition']['expression']} is {step['result']}"
        case "HandoffStep":
            return f"from {step['from_persona']} to {step['to_persona']}"
        case "Escalation":
            return f"escalated to {step['to_persona']}"
        case "SubFlowStep":
            return f"{step['flow']['flow_outcome']['flow_id']}: {step['result']}"
        case _:
            return str(step["result"])


def _step(step: Mapping[str, Any], indent: str) -> Iterator[str]:
    for move in step.get("transitions", ()):
        yield f"{indent}{move['entity']}/{move['instance']}: {move['from']} → {move['to']}"
    if "precondition" in step:
        met = {True: "true", False: "false", None: "not decided"}[step["precondition"]["met"]]
        yield f"{indent}because {step['precondition']['expression']} is {met}"
    for name, verdict in reversed(step.get("verdicts_at_evaluation", {}).items()):
        yield f"{indent}  {name}: {_verdict(verdict)}"
    for name, fact in _facts(step).items():
        given = "by default" if fact["assertion_source"] == "contract" else f"from {_source(fact['source'])}"
        yield f"{indent}  {name} = {write_json(fact['value'])} {given}"
    for branch in step.get("branches", ()):
        yield f"{indent}{branch['branch_id']}: {branch['outcome']}"
        yield from _steps(branch["steps"], indent + "  ")
    if "flow" in step:
        yield from _steps(step["flow"]["steps"], indent)


def _verdict(verdict: Mapping[str, Any]) -> str:
    fired = "fired" if verdict["produced"] else "did not fire"
    return f"{verdict['rule']} (stratum {verdict['stratum']}) {fired}: {verdict['when_expression']}"


def _facts(step: Mapping[str, Any]) -> dict[str, Any]:
    """All facts below a step, each once."""
    verdicts = step.get("verdicts_at_evaluation", {}).values()
    found: dict[str, Any] = dict(step.get("facts_used", {}))
    for verdict in verdicts:
        found |= verdict["facts_used"]
    return found


def _source(source: Any) -> str:
    return source if isinstance(source, str) else ".".join(str(part) for part in source.values())
