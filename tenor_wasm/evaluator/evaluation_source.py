"""The source of one function for all facts and rules of a contract (see ``generated``).

Facts are written by ``fact_source``, rules by ``rule_source``; around them stands::

    def evaluate(given):
        if len(given) > 5: return None
        members = len(given)
        absent = ()
        verdicts = {}
        produced = 0
        known = True
        ... each fact in the contract's order; for one with a default:
        if 'limit' in given:
            ...
        else:
            v8 = k12
            absent += ('limit',)
        if len(given) != 5 - len(absent): return None
        values = {'status': v1, 'price': v3, ...}
        ... each rule in the order of strata
        return values, absent, verdicts, produced if known else None, members
"""

from __future__ import annotations

from collections.abc import Iterable

from tenor_wasm.evaluator import fact_source, rule_source
from tenor_wasm.evaluator.generated import Function, Rules
from tenor_wasm.evaluator.source import Source, UnusualError
from tenor_wasm.interchange.constructs import Fact


def made_function(facts: Iterable[Fact], rules: Rules) -> Function | None:
    """The function; ``None`` for a contract with facts of a type that is out of the ordinary."""
    source = Source({**fact_source.NAMES, **rule_source.NAMES})
    try:
        _write(source, tuple(facts), rules)
    except UnusualError:
        return None
    function: Function = source.function("evaluate")
    return function


def _write(source: Source, facts: tuple[Fact, ...], rules: Rules) -> None:
    line = source.line
    line(0, "def evaluate(given):")
    line(1, f"if len(given) > {len(facts)}: return None")
    for begin in ("members = len(given)", "absent = ()", "verdicts = {}", "produced = 0", "known = True"):
        line(1, begin)
    names = {fact.id: _fact(source, fact) for fact in facts}
    line(1, f"if len(given) != {len(facts)} - len(absent): return None")
    line(1, f"values = {{{', '.join(f'{fact_id!r}: {name}' for fact_id, name in names.items())}}}")
    writer = rule_source.RuleWriter(source, names)
    for rule, when, payload in rules:
        writer.rule(rule, when, payload)
    line(1, "return values, absent, verdicts, produced if known else None, members")


def _fact(source: Source, fact: Fact) -> str:
    """Add the lines of one fact; the name of its value."""
    name = source.local()
    depth = 2 if fact.has_default else 1
    if fact.has_default:
        source.line(1, f"if {fact.id!r} in given:")
    value, members = fact_source.read_value(source, fact.type, f"given[{fact.id!r}]", depth)
    if members:
        source.line(depth, f"members += {members}")
    source.line(depth, f"{name} = {value}")
    if fact.has_default:
        source.line(1, "else:")
        source.line(2, f"{name} = {source.constant(fact.default)}")
        source.line(2, f"absent += ({fact.id!r},)")
    return name
