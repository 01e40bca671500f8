"""The contracts that are measured: made by arithmetic, so that every run and every machine measures the same.

- ``tiny``: one fact, one rule, one flow.
- ``escrow``: the middle one, of the size that people write by hand: two entities, eight rules, a flow with a branch, a
  handoff and a compensation.
- ``large``: 200 flows and 500 rules in three strata over 20 entities.
- ``many_flows``: any number of flows over any number of entities, and little else: for growth.

Every text that the token ``$k`` stands in is another one at each call (see ``cases``).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from tests.bundles import (
    BOOL,
    DATE,
    act,
    both,
    bundle,
    compare,
    decide,
    decimal,
    done,
    either,
    entity,
    enum,
    fact,
    field,
    flow,
    hand_off,
    integer,
    list_of,
    literal,
    money,
    negate,
    operation,
    persona,
    present,
    quantified,
    record,
    ref,
    rule,
    text,
)

Object = dict[str, Any]

TOKEN = "$k"
"""What stands where calls differ."""

STATES = ("draft", "sent", "checked", "closed")
"""The states of a generated entity; each leads to the next."""


def _named(constructs: Sequence[Object]) -> Object:
    return bundle(*constructs) | {"id": f"bench-{TOKEN}"}


def tiny() -> Object:
    """One fact, one rule, one entity, one operation, one flow."""
    return _named(
        (
            persona(),
            fact("amount", integer()),
            entity("Order", "draft", "sent"),
            rule("large", compare(ref("amount"), ">", literal(100, integer()))),
            operation("send", "Order: draft -> sent", when=present("large")),
            flow("sending", act("send")),
        )
    )


# --- escrow ----------------------------------------------------------------------------------------------------

_STATUS = enum("moving", "arrived", "lost")
_LINE = record(label=text(100), accepted=BOOL, amount=money())


def _is(name: str, value: Any, base_type: Object) -> Object:
    return compare(ref(name), "=", literal(value, base_type))


def escrow() -> Object:
    """Money is held for a parcel: released when it arrived, paid back when it is lost, frozen on dispute."""
    accepted = compare(field("line", "accepted"), "=", literal(True, BOOL))
    all_accepted = quantified("forall", "line", ref("lines"), accepted) | {"variable_type": _LINE}
    limited = compare(ref("price"), "<=", ref("limit")) | {"comparison_type": money()}
    sound = both(present("lines_accepted"), present("parcel_arrived"))
    account = [("held", "released"), ("held", "refunded"), ("held", "frozen"), ("frozen", "held")]
    parcel = [("packed", "delivered"), ("packed", "missing"), ("delivered", "packed")]
    paid = act("release", by="officer")
    return _named(
        (
            *(persona(name) for name in ("buyer", "clerk", "seller", "officer", "auditor")),
            fact("status", _STATUS),
            fact("price", money()),
            fact("limit", money()),
            fact("refund_asked", BOOL),
            fact("lines", list_of(_LINE, 100)),
            entity("Account", "held", "released", "refunded", "frozen", transitions=account),
            entity("Parcel", "packed", "delivered", "missing", transitions=parcel),
            rule("lines_accepted", all_accepted),
            rule("parcel_arrived", _is("status", "arrived", _STATUS)),
            rule("parcel_lost", _is("status", "lost", _STATUS)),
            rule("within_limit", limited),
            rule("refund_wanted", _is("refund_asked", True, BOOL)),
            rule("payout_due", both(sound, present("within_limit")), "pay", text(10), stratum=1),
            rule("payback_due", both(present("parcel_lost"), present("refund_wanted")), stratum=1),
            rule("review_due", both(sound, negate(present("within_limit"))), stratum=1),
            operation("confirm", "Parcel: packed -> delivered", personas=("seller",), when=all_accepted),
            operation("withdraw", "Parcel: delivered -> packed", personas=("officer",), when=present("parcel_arrived")),
            operation("lose", "Parcel: packed -> missing", personas=("officer",), when=present("parcel_lost")),
            operation("release", "Account: held -> released", personas=("officer",), when=present("payout_due")),
            operation("review", "Account: held -> released", personas=("auditor",), when=present("review_due")),
            operation("pay_back", "Account: held -> refunded", personas=("officer",), when=present("payback_due")),
            operation(
                "freeze",
                "Account: held -> frozen",
                personas=("buyer", "seller"),
                when=either(present("parcel_arrived"), present("parcel_lost")),
            ),
            flow("refunding", act("pay_back", by="officer")),
            flow(
                "releasing",
                act("confirm", "do_check", by="seller"),
                decide("do_check", present("within_limit"), "do_release", "do_hand_off"),
                paid | {"on_failure": _withdrawn()},
                hand_off("do_hand_off", "do_review", to="auditor"),
                act("review", by="auditor", on_failure=_withdrawn()),
            ),
        )
    )


def _withdrawn() -> Object:
    step = {"op": "withdraw", "persona": "officer", "on_failure": done("failure")}
    return {"kind": "Compensate", "steps": [step], "then": done("failure")}


# --- large -----------------------------------------------------------------------------------------------------

_TYPES = (BOOL, integer(0, 100_000), decimal(), money(), enum("red", "green", "blue"), DATE)
_LITERALS = (True, 50_000, "500.00", {"amount": "500.00", "currency": "EUR"}, "green", "2026-06-15")
_OPERATORS = ("=", ">", "<=", ">", "=", "<")
FACTS = 60


def large(flows: int = 200, rules: int = 500, entities: int = 20) -> Object:
    """As many flows, rules and entities as asked for; rules in three strata, flows of one to three steps."""
    return _named(
        (
            *(persona(f"role_{number}") for number in range(5)),
            *(fact(f"fact_{number}", _TYPES[number % len(_TYPES)]) for number in range(FACTS)),
            *_entities(entities),
            *(_rule(number, rules) for number in range(rules)),
            *(_operation(number, entities, rules) for number in range(flows)),
            *(_flow(number, flows) for number in range(flows)),
        )
    )


def _entities(count: int) -> list[Object]:
    return [entity(f"Thing_{number}", *STATES) for number in range(count)]


def _rule(number: int, rules: int) -> Object:
    """The first half compares facts, the next third combines those, the rest combines these."""
    first, second = rules // 2, rules // 2 + rules // 3
    if number < first:
        return rule(f"verdict_{number}", both(_comparison(number), negate(_comparison(number * 7 + 3))))
    below, stratum = (first, 1) if number < second else (second, 2)
    either_of = either(present(f"verdict_{(number * 11) % below}"), present(f"verdict_{(number * 5 + 1) % below}"))
    when = both(either_of, negate(present(f"verdict_{(number * 3 + 2) % below}")))
    return rule(f"verdict_{number}", when, f"text {number}", text(20), stratum=stratum)


def _comparison(number: int) -> Object:
    at = number % FACTS
    kind = at % len(_TYPES)
    compared = compare(ref(f"fact_{at}"), _OPERATORS[kind], literal(_LITERALS[kind], _TYPES[kind]))
    return compared | ({"comparison_type": money()} if kind == 3 else {})


def _operation(number: int, entities: int, rules: int) -> Object:
    source = number // entities % (len(STATES) - 1)
    effect = f"Thing_{number % entities}: {STATES[source]} -> {STATES[source + 1]}"
    personas = (f"role_{number % 5}", f"role_{(number + 1) % 5}", f"role_{(number // 5) % 5}")
    when = either(present(f"verdict_{number * 2 % rules}"), negate(present(f"verdict_{(number * 3 + 1) % rules}")))
    return operation(f"operation_{number}", effect, personas=tuple(dict.fromkeys(personas)), when=when)


def _flow(number: int, flows: int) -> Object:
    names = [f"operation_{(number + turn * 20) % flows}" for turn in range(1 + number % 3)]
    names = list(dict.fromkeys(names))
    following = [*(f"do_{name}" for name in names[1:]), None]
    by = [f"role_{int(name.rpartition('_')[2]) % 5}" for name in names]
    return flow(f"flow_{number}", *map(_act, names, following, by))


def _act(name: str, following: str | None, by: str) -> Object:
    return act(name, following, by=by)


def many_flows(flows: int, entities: int = 1) -> Object:
    """So many flows of one step each, spread over so many entities."""
    operations = ((_moved(number, entities), flow(f"flow_{number}", act(f"move_{number}"))) for number in range(flows))
    named = rule("large", compare(ref("amount"), ">", literal(100, integer())))
    facts = (fact("amount", integer()), named)
    return _named((persona(), *facts, *_entities(entities), *chain.from_iterable(operations)))


def _moved(number: int, entities: int) -> Object:
    source = number // entities % (len(STATES) - 1)
    effect = f"Thing_{number % entities}: {STATES[source]} -> {STATES[source + 1]}"
    return operation(f"move_{number}", effect, when=present("large"))
