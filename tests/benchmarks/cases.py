"""What is measured: calls on the contracts, as data for every engine.

A case has several variants of its arguments, and in each of them ``$k`` stands where calls differ: ids, amounts, names.
An engine puts the number of the call there, so that no two calls of a run are alike and no cache of whole answers
helps. Arguments are JSON texts; only ``bundle`` is one whole document, the others are parameters by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from tests.benchmarks import contracts
from tests.benchmarks.contracts import TOKEN

Arguments = Mapping[str, str]

DIGITS = 5
"""The width of a call's number: texts of one case are all of one length."""


class Case(NamedTuple):
    """A call on a contract. ``variants`` take turns; ``size`` is what growth is fitted over (instances, flows)."""

    name: str
    contract: str
    method: str
    variants: tuple[Arguments, ...]
    size: int = 1


CONTRACTS: Mapping[str, Callable[[], contracts.Object]] = {
    "tiny": contracts.tiny,
    "escrow": contracts.escrow,
    "large": contracts.large,
    **{f"flows-{flows}": partial(contracts.many_flows, flows) for flows in (25, 50, 100, 200, 400)},
    "flows-200-over-20": partial(contracts.many_flows, 200, 20),
}
"""The contracts by name, made when they are asked for."""


def filled(text: str, number: int) -> str:
    """The text for one call."""
    return text.replace(TOKEN, str(number).zfill(DIGITS))


# --- inputs ----------------------------------------------------------------------------------------------------


def escrow_facts(variant: int) -> dict[str, Any]:
    """Facts that lead to another verdict in each variant: payout, review, payback, none."""
    lines = [
        {"label": f"piece {TOKEN}-{number}", "accepted": variant != 3 or number > 0, "amount": _euro(f"{number}.50")}
        for number in range(3)
    ]
    return {
        "status": ("arrived", "arrived", "lost", "moving")[variant % 4],
        "price": _euro(f"{9 if variant == 1 else 1}{TOKEN}.25"),
        "limit": _euro("500000.00"),
        "refund_asked": variant % 4 == 2,
        "lines": lines,
    }


def tiny_facts(variant: int) -> dict[str, Any]:
    """An amount for the one rule."""
    # A number cannot begin with zeros, so a digit stands before it; with the sign the rule does not fire.
    return {"amount": _Digits(f"{'-' if variant % 4 == 3 else ''}{1 + variant % 4}{TOKEN}")}


def large_facts(variant: int) -> dict[str, Any]:
    """A value for every fact of ``contracts.large``."""
    return {f"fact_{number}": _value(number % 6, number + variant) for number in range(contracts.FACTS)}


def _value(kind: int, turn: int) -> Any:
    return (
        turn % 2 == 0,
        turn * 997 % 100_000,
        f"{turn * 13 % 90 + 1}{TOKEN}.{turn % 90 + 10}",
        _euro(f"{turn * 7 % 90 + 1}{TOKEN}.00"),
        ("red", "green", "blue")[turn % 3],
        f"2026-{turn % 12 + 1:02}-{turn % 28 + 1:02}",
    )[kind]


def _euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


class _Digits(str):
    """A whole number with the token in it: written without quotes."""


def text_of(value: Any) -> str:
    """The value as JSON text."""
    if isinstance(value, _Digits):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{text_of(item)}" for name, item in value.items()) + "}"
    return json.dumps(value, separators=(",", ":"))


def entity_states(entities: Mapping[str, tuple[str, ...]], instances: int, variant: int) -> str:
    """So many instances of each entity, over all its states in a mixed order."""
    nested = {
        entity: {
            f"{entity[:3].lower()}-{TOKEN}-{number:06}": states[(number * 7 + number // 5 + variant) % len(states)]
            for number in range(instances)
        }
        for entity, states in entities.items()
    }
    return text_of(nested)


ESCROW_ENTITIES = {"Account": ("held", "released", "refunded", "frozen"), "Parcel": ("packed", "delivered", "missing")}


def things(count: int) -> dict[str, tuple[str, ...]]:
    """The entities of a generated contract."""
    return {f"Thing_{number}": contracts.STATES for number in range(count)}


# --- cases -----------------------------------------------------------------------------------------------------


def load(contract: str) -> Case:
    """Load the contract; its id is another one each time."""
    return Case(f"load {contract}", contract, "load", ({"bundle": text_of(CONTRACTS[contract]())},))


def evaluate(contract: str) -> Case:
    """Evaluate other facts each time."""
    variants = tuple({"facts": text_of(_FACTS[contract](variant))} for variant in range(4))
    return Case(f"evaluate {contract}", contract, "evaluate", variants)


def action_space(instances: int) -> Case:
    """The escrow contract with so many instances of each of its two entities."""
    variants = tuple(
        {
            "facts": text_of(escrow_facts(variant)),
            "entity_states": entity_states(ESCROW_ENTITIES, instances, variant),
            "persona": text_of(("seller", "seller", "officer", "buyer")[variant]),
        }
        for variant in range(4 if instances <= 10_000 else 2)
    )
    return Case(f"action space escrow, N={instances:,}", "escrow", "action_space", variants, instances)


def action_space_of_flows(contract: str, flows: int, entities: int, instances: int) -> Case:
    """So many flows, and so many instances over all entities together."""
    variants = tuple(
        {
            "facts": text_of(tiny_facts(variant)),
            "entity_states": entity_states(things(entities), max(1, instances // entities), variant),
            "persona": text_of("clerk"),
        }
        for variant in range(2)
    )
    name = f"action space, {flows} flows × {instances:,} instances of {entities} entit{'y' if entities == 1 else 'ies'}"
    return Case(name, contract, "action_space", variants, flows)


def action_space_large(instances: int) -> Case:
    """The large contract with so many instances over its 20 entities."""
    variants = tuple(
        {
            "facts": text_of(large_facts(variant)),
            "entity_states": entity_states(things(20), max(1, instances // 20), variant),
            "persona": text_of(f"role_{variant}"),
        }
        for variant in range(4)
    )
    return Case("action space large", "large", "action_space", variants, instances)


def action_space_tiny() -> Case:
    """The tiny contract with one instance."""
    variants = tuple(
        {
            "facts": text_of(tiny_facts(variant)),
            "entity_states": entity_states({"Order": ("draft", "sent")}, 1, variant),
            "persona": text_of("clerk"),
        }
        for variant in range(4)
    )
    return Case("action space tiny", "tiny", "action_space", variants)


def batch_of_facts(count: int) -> Case:
    """So many fact sets of the escrow contract in one call."""
    sets = [text_of(escrow_facts(number)).replace(TOKEN, f"{TOKEN}{number:03}") for number in range(count)]
    return Case(
        f"batch of {count:,} fact sets, escrow", "escrow", "evaluate_batch", ({"fact_sets": _list(sets)},), count
    )


def batch_of_personas(instances: int) -> Case:
    """The action spaces of four personas over the same states, in one call."""
    variants = tuple(
        {
            "fact_sets": _list([text_of(escrow_facts(variant))]),
            "entity_states": entity_states(ESCROW_ENTITIES, instances, variant),
            "personas": text_of(["seller", "officer", "buyer", "auditor"]),
        }
        for variant in range(4)
    )
    return Case(f"batch of 4 personas, escrow, N={instances:,}", "escrow", "evaluate_batch", variants, instances)


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def simulate_flow(contract: str) -> Case:
    """Run a flow of the contract on one bound instance of each entity."""
    flow, persona, entities, bound = _RUNS[contract]
    variants = tuple(
        {
            "flow": text_of(flow),
            "persona": text_of(persona),
            "facts": text_of(_FACTS[contract](variant)),
            "entity_states": text_of({entity: {f"{TOKEN}-1": state} for entity, state in entities.items()}),
            "instance_bindings": text_of(dict.fromkeys(bound, f"{TOKEN}-1")),
        }
        for variant in range(4)
    )
    return Case(f"flow {contract}", contract, "simulate_flow", variants)


_FACTS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "tiny": tiny_facts,
    "escrow": escrow_facts,
    "large": large_facts,
}
_RUNS: Mapping[str, tuple[str, str, Mapping[str, str], Iterable[str]]] = {
    "tiny": ("sending", "clerk", {"Order": "draft"}, ("Order",)),
    "escrow": ("releasing", "seller", {"Account": "held", "Parcel": "packed"}, ("Account", "Parcel")),
    "large": ("flow_1", "role_1", {"Thing_1": "draft"}, ("Thing_1",)),
}
"""Flow, persona, entity states and bound entities of a contract's simulation."""
