"""Elaborate → JSON → load → evaluate: what the elaborator accepts, the loader accepts and the evaluator computes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tenor_wasm import api
from tenor_wasm.errors import TenorError
from tests.elaborator.sources import CASES, EVERY_POSITIVE, POSITIVE, bundle_of, bundle_of_text, text_of

Json = Any


def loaded(bundle: Json) -> api.Contract:
    """The contract of a bundle that went through text, as between two tools."""
    return api.load(api.parse_json(json.dumps(bundle)))


def some_value(declared: Json) -> Json:
    """A value of a type, small and valid."""
    match declared["base"]:
        case "Bool":
            return True
        case "Int":
            return max(declared.get("min", 0), min(1, declared.get("max", 1)))
        case "Decimal":
            return "0" if declared["precision"] == declared["scale"] else "1"
        case "Text":
            return "x"
        case "Enum":
            return declared["values"][0]
        case "Date":
            return "2024-02-29"
        case "DateTime":
            return "2024-02-29T12:00:00Z"
        case "Money":
            return {"amount": "1.00", "currency": declared["currency"]}
        case "Duration":
            return {"unit": declared["unit"], "value": max(declared.get("min", 0), 1)}
        case "Record":
            return {name: some_value(member) for name, member in declared["fields"].items()}
        case "TaggedUnion":
            tag, member = next(iter(declared["variants"].items()))
            return {"payload": some_value(member), "tag": tag}
        case _:
            return [some_value(declared["element_type"])] * min(3, declared["max"])


def some_facts(bundle: Json) -> dict[str, Json]:
    facts = (one for one in bundle["constructs"] if one["kind"] == "Fact")
    return {fact["id"]: some_value(fact["type"]) for fact in facts}


@EVERY_POSITIVE
def test_every_case_loads_and_evaluates(path: Path) -> None:
    bundle: Json = bundle_of(path)
    contract = loaded(bundle)
    evaluation = api.evaluate(contract, some_facts(bundle))
    produced = {rule["body"]["produce"]["verdict_type"] for rule in bundle["constructs"] if rule["kind"] == "Rule"}
    assert {verdict.verdict_type for verdict in evaluation.verdicts} <= produced
    inspection: Json = api.to_json(api.inspect(contract))
    for plural, kind in (("facts", "Fact"), ("entities", "Entity"), ("rules", "Rule"), ("flows", "Flow")):
        assert len(inspection[plural]) == sum(one["kind"] == kind for one in bundle["constructs"])


def test_defaults_stand_in_for_facts() -> None:
    contract = loaded(bundle_of(CASES / "positive/defaults.tenor"))
    assert len(api.evaluate(contract, {}).snapshot.facts.values) == 23


def test_computed_payloads_have_their_values() -> None:
    facts = {"n": 4, "m": -3, "d": "1.500", "price": {"amount": "2.50", "currency": "USD"}, "name": "Ann"}
    contract = loaded(bundle_of(CASES / "positive/payloads.tenor"))
    rendered: Json = api.to_json(api.evaluate(contract, {**facts, "day": "2024-01-01", "tags": ["a"]}))
    values = {verdict["type"]: verdict["payload"].get("value") for verdict in rendered["verdicts"]}
    assert (values["w_int"], values["w_product"], values["x_product"]) == (34, -12, -12)
    assert (values["w_decimal"], values["x_decimal"], values["x_fact"]) == ("2.250", "-0.50", "Ann")


FLOWS = text_of(CASES / "positive/flows.tenor")


def test_a_flow_runs_as_it_is_written() -> None:
    contract = loaded(bundle_of_text(FLOWS))
    states = {"Goods": "in_store", "Bill": "due", "Order": "open"}
    for big, steps in ((False, ["first", "choose"]), (True, ["first", "choose", "decide", "inner", "pay", "last"])):
        simulation: Json = api.to_json(api.simulate_flow(contract, "everything", "clerk", {"big": big}, states))
        walked = [step["step_id"] for step in simulation["path"]]
        assert [step for step in steps if step in walked] == steps
        assert simulation["outcome"] == "success"


BEYOND_THE_SCHEMA = {
    "defaults",  # of records, unions and lists
    "operators_ascii",  # these and the rest: sums, len, elements of lists, quantifiers over a list inside a record
    "operators_capitals",
    "operators_signs",
    "quantifiers",
    "terms",
}
"""Cases with what the language has and the public schema has no form for."""


def test_bundles_obey_the_public_schema(shared: Path) -> None:
    """§14.2.1: it defines the canonical structure, so that other evaluators read what is written here."""
    schema = json.loads((shared / "conformance" / "interchange-schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    assert {path.stem for path in POSITIVE if not validator.is_valid(bundle_of(path))} == BEYOND_THE_SCHEMA


def test_every_bundle_of_the_examples_is_what_their_source_gives() -> None:
    examples = Path(__file__).parents[2] / "playground/examples"
    sources = sorted(examples.glob("*/*.tenor"))
    assert sources
    for source in sources:
        bundle: Json = bundle_of(source)
        assert loaded(bundle).hash == api.load(json.loads((source.parent / "contract.json").read_text("utf-8"))).hash


def test_an_error_never_reaches_the_loader() -> None:
    """Mistakes that once passed the elaborator and were refused when the bundle was loaded."""
    for text in (
        "operation o { personas: [p] require: true effects: [] outcomes: [persona_rejected] }",
        "flow f { entry: a steps: { a: OperationStep { op: o persona: p outcomes: { success: Terminal(x) }"
        " on_failure: Compensate(steps: [] then: Terminal(x)) } } }\n"
        "operation o { personas: [p] require: true effects: [] }",
        "flow f { entry: a steps: { a: BranchStep { condition: true persona: p if_true: null if_false: Terminal(x) }}}",
        'fact f { type: Bool source: "" }',
        "operation o { personas: [p] require: true effects: [] error_contract: [success] }",
    ):
        with pytest.raises(TenorError) as caught:
            bundle_of_text(text)
        assert caught.value.code == "invalid_source"
