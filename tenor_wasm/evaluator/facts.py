"""FactSet assembly (§5.2): every declared fact gets a checked value, from outside or from its default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tenor_wasm.errors import Finding, Findings, Json, TenorError, shown
from tenor_wasm.evaluator.compiled import EXTERNAL as EXTERNAL
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.interchange.constructs import Contract, Fact
from tenor_wasm.values.types import described

CONTRACT = "contract"


class FactSet(NamedTuple):
    """The immutable ground layer of one evaluation.

    ``assertion_sources`` says for each fact whether it was asserted (``external``) or is the contract's default
    (``contract``, §5.3). ``warnings`` name ids that the contract does not declare.
    """

    values: Mapping[str, Any]
    assertion_sources: Mapping[str, str]
    warnings: tuple[Finding, ...] = ()


def assemble_facts(contract: Contract, json: Json) -> FactSet:
    """Check external facts (fact id → JSON value) against their declared types and add the defaults (§5.2).

    Raises ``invalid_facts`` with *every* missing (``missing_fact``) or ill-typed fact in ``details.findings``; the
    codes of ill-typed values are those of ``values.codec.decoder``.
    """
    if type(json) is not dict and not isinstance(json, Mapping):
        raise TenorError("invalid_facts", f"facts are an object of fact id to value, not {shown(json)}")
    findings = Findings()
    form = compiled(contract)
    values: dict[str, Any] = {}
    absent: list[Fact] = []
    for fact, decode, place in form.facts:
        if fact.id in json:
            values[fact.id] = decode(json[fact.id], place, findings)
        elif fact.has_default:
            values[fact.id] = fact.default
            absent.append(fact)
        else:
            message = f"the fact '{fact.id}' is missing; give a value of type {described(fact.type)}"
            findings.fault("missing_fact", message, place)
    if len(values) - len(absent) != len(json):
        for fact_id in json:
            if fact_id not in contract.facts:
                findings.warn("unknown_fact", f"the fact '{fact_id}' is not declared and was ignored", (None, fact_id))
    findings.raise_if_any("invalid_facts", "facts")
    sources = assertion_sources(compiled(contract).all_external, [fact.id for fact in absent])
    return FactSet(values, sources, tuple(findings.warnings))


def assertion_sources(external: Mapping[str, str], absent: Iterable[str]) -> Mapping[str, str]:
    """Where each fact comes from, when these were not given; ``external`` says so of all that a contract declares."""
    return {**external, **dict.fromkeys(absent, CONTRACT)} if absent else external
