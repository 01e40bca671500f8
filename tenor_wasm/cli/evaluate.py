"""``tenor evaluate``: which verdicts follow from the facts?"""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from tenor_wasm.api import calls
from tenor_wasm.api.render import to_json
from tenor_wasm.cli import evaluate_batch
from tenor_wasm.cli.command import (
    Command,
    Output,
    Stream,
    check_standard_input,
    entities_option,
    facts_option,
    read_contract,
    read_json_option,
)
from tenor_wasm.cli.lines import jobs_option
from tenor_wasm.cli.tables import joined, table
from tenor_wasm.evaluator.entity_states import read_entity_states
from tenor_wasm.evaluator.rules import VerdictInstance
from tenor_wasm.values.printing import text_of


def run(namespace: argparse.Namespace) -> Output | Stream:
    """Evaluate the rules. Entity states do not bear on verdicts; when given, they are checked all the same."""
    if namespace.batch is not None:
        return evaluate_batch.run(namespace)
    check_standard_input(namespace, ("facts", "entities"))
    contract = read_contract(namespace)
    read_entity_states(read_json_option(namespace, "entities"), contract.entities)
    result = calls.evaluate(contract, read_json_option(namespace, "facts"))
    return Output(to_json(result), verdict_table(result.verdicts), result.warnings)


def verdict_table(verdicts: Iterable[VerdictInstance]) -> str:
    """Verdicts with what they rest on."""
    rows = [
        (
            str(verdict.stratum),
            verdict.verdict_type,
            text_of(verdict.payload, verdict.payload_type),
            verdict.rule_id,
            joined((*verdict.facts_used, *verdict.verdicts_used)),
        )
        for verdict in verdicts
    ]
    return table(("stratum", "verdict", "payload", "rule", "from"), rows) if rows else "no verdict"


def _batch_option(parser: argparse.ArgumentParser) -> object:
    return parser.add_argument(
        "--batch",
        metavar="FILE",
        help="evaluate many fact sets instead, one on each line: a file, or - for standard input",
    )


COMMAND = Command(
    "evaluate",
    "show the verdicts that follow from facts",
    run,
    (facts_option, entities_option, _batch_option, jobs_option("evaluate a batch")),
)
