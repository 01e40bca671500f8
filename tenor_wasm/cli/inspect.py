"""``tenor inspect``: what a contract declares."""

from __future__ import annotations

import argparse

from tenor_wasm.api import calls
from tenor_wasm.api.render import to_json
from tenor_wasm.cli.command import Command, Output, read_contract
from tenor_wasm.cli.tables import joined, section, table
from tenor_wasm.evaluator.compiled import compiled
from tenor_wasm.interchange.constructs import Contract
from tenor_wasm.interchange.text import expression_text
from tenor_wasm.values.printing import text_of
from tenor_wasm.values.types import described


def run(namespace: argparse.Namespace) -> Output:
    """Show every declaration of the contract."""
    contract = read_contract(namespace)
    return Output(to_json(calls.inspect(contract)), _text(contract), contract.warnings)


def _text(contract: Contract) -> str:
    entities_of = compiled(contract).entities_of
    facts = [
        (fact.id, described(fact.type), text_of(fact.default, fact.type) if fact.has_default else "-")
        for fact in contract.facts.values()
    ]
    entities = [
        (entity.id, entity.initial, joined(f"{a} → {b}" for a in entity.states for b in entity.transitions[a]))
        for entity in contract.entities.values()
    ]
    rules = [(str(rule.stratum), rule.id, expression_text(rule.when), rule.verdict_type) for rule in contract.rules]
    operations = [
        (
            operation.id,
            joined(operation.allowed_personas),
            expression_text(operation.precondition),
            joined(operation.outcomes),
        )
        for operation in contract.operations.values()
    ]
    flows = [
        (flow.id, flow.entry, joined(flow.steps), joined(entities_of(flow.id))) for flow in contract.flows.values()
    ]
    parts = [
        f"{contract.id}\n{contract.hash}\n",
        section("Personas", joined(contract.personas, "none declared")),
        section("Facts", table(("fact", "type", "default"), facts)),
        section("Entities", table(("entity", "initial", "transitions"), entities)),
        section("Rules", table(("stratum", "rule", "when", "produces"), rules)),
        section("Operations", table(("operation", "personas", "precondition", "outcomes"), operations)),
        section("Flows", table(("flow", "entry", "steps", "changes"), flows)),
    ]
    return "\n".join(parts).rstrip()


COMMAND = Command("inspect", "show what a contract declares", run)
