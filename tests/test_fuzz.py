"""Ten thousand damaged inputs for every function of the edge: each is answered, and the next good call as before.

Valid texts are damaged in seeded ways: a value replaced by another value or by something nasty, bytes flipped,
left out or doubled, texts cut, spliced and nested deeper than anyone would; and arguments that are no text at all.
An answer is a result or a clean error: never an exception, never ``internal_error``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

import pytest

from tenor_wasm.api import compat, wire
from tests import bundles as b

Json = Any

ROUNDS = 10_000

NASTY = (
    *("null", "true", "false", "0", "-0", "1", "-1", "1.5", "1e999", "-1E-999", "NaN", "Infinity", "-Infinity"),
    *("9" * 400, "-" + "9" * 5000, "9223372036854775808", "1" + "0" * 30, '"' + "9" * 300 + '"', '"1e5"', '"-0.0"'),
    *('""', '"x"', '"\\ud800"', '"\\udc00\\ud800"', '"\ud800"', '"\\u0000"', '"🚂é"', '"a.b.c"', '"_default"'),
    *('"9999-99-99"', '"0000-02-29"', '"2024-02-30T25:61:61Z"', '"9999-12-31T23:59:59-23:59"', '"PT5H"'),
    *("[]", "{}", "[[]]", "[null]", '{"":""}', '{"a":1,"a":2}', '{"kind":"decimal_value"}', '{"literal":1}'),
    *('{"fact_ref":"amount"}', '{"op":"*","left":{"fact_ref":"count"},"literal":99999999999999999999}'),
    *(
        "[" * 300 + "]" * 300,
        '{"a":' * 250 + "1" + "}" * 250,
        "[" * 5000,
        '{"op":"not","operand":' * 150 + "1" + "}" * 150,
    ),
    *(
        '{"value":1,"unit":"days"}',
        '{"tag":"Cash","payload":null}',
        '{"amount":"1","currency":"EUR"}',
        ",",
        ":",
        "}",
        '"',
    ),
)
"""What a value is replaced by: wrong types, edges of every range, and things that are no JSON."""

NO_TEXTS: tuple[Json, ...] = (
    None,
    0,
    -1,
    7,
    1.5,
    float("nan"),
    True,
    [],
    {},
    (),
    b"{}",
    object(),
    10**400,
    "\ud800",
    "",
    " ",
    "x" * 3000,
)
"""What may stand where a text or a handle is due."""

# --- what is damaged -------------------------------------------------------------------------------------------

ITEM = b.record(name=b.text(8), price=b.money(), tags=b.list_of(b.enum("new", "old"), 3))
PAYMENT = b.union(Cash=b.BOOL, Card=b.record(digits=b.text(4), until=b.DATE))

NOTHING = b.literal("")
STATES_OF_ORDER = ("draft", "sent", "closed")

CONTRACT = b.bundle(
    b.persona("clerk"),
    b.persona("chief"),
    b.fact("amount", b.decimal(8, 2)),
    b.fact("count", b.integer(0, 100), default=3),
    b.fact("due", b.DATE),
    b.fact("at", b.DATE_TIME),
    b.fact("wait", b.duration("hours", 0, 100)),
    b.fact("items", b.list_of(ITEM, 4)),
    b.fact("paid", PAYMENT),
    b.rule("large", b.compare(b.ref("amount"), ">", b.literal("100.50", b.decimal(5, 2)))),
    b.rule("double", b.TRUE, b.compare(b.ref("count"), "*", b.literal(2)), b.integer(0, 200)),
    b.rule(
        "cheap", b.quantified("forall", "it", b.ref("items"), b.compare(b.field("it", "name"), "!=", b.literal("")))
    ),
    b.rule("by_card", b.compare(b.field("paid", "Card.until"), ">=", b.ref("due"))),
    b.rule("ready", b.both(b.present("large"), b.negate(b.present("by_card"))), stratum=1),
    b.entity("Order", *STATES_OF_ORDER, transitions=[("draft", "sent"), ("sent", "closed"), ("draft", "closed")]),
    b.entity("Truck", "free", "busy", transitions=[("free", "busy"), ("busy", "free")]),
    b.operation("send", "Order: draft -> sent", "Truck: free -> busy", when=b.present("large")),
    b.operation(
        "close", "Order: sent -> closed => done", "Order: draft -> closed => dropped", outcomes=["done", "dropped"]
    ),
    b.operation("release", "Truck: busy -> free"),
    b.flow(
        "deliver",
        b.decide("big", b.present("ready"), "pass", b.done("failure")),
        b.hand_off("pass", "do_send"),
        b.act("send", "finish", on_failure=b.compensate("release")),
        b.run_flow("finish", "end", on_failure=b.escalate("both")),
        b.parallel(
            "both",
            {
                "one": [b.act("close", outcomes={"done": b.done(), "dropped": b.done("failure")}, step="c1")],
                "two": [b.act("release", step="r1")],
            },
        ),
    ),
    b.flow("end", b.act("close", outcomes={"done": b.done(), "dropped": b.done("escalation")})),
)
FACTS: Json = {
    "amount": "250.00",
    "count": 7,
    "due": "2024-02-29",
    "at": "2024-02-29T12:00:00+02:00",
    "wait": {"value": 5, "unit": "hours"},
    "items": [{"name": "nut", "price": {"amount": "1.50", "currency": "EUR"}, "tags": ["new"]}],
    "paid": {"tag": "Cash", "payload": True},
}
STATES: Json = {"Order": {"o1": "draft", "o2": "sent"}, "Truck": "free"}
BINDINGS: Json = {"Order": "o1", "Truck": "_default"}

SMALL = b.bundle(
    b.persona(),
    b.fact("f", b.BOOL),
    b.entity("Door", "open", "shut"),
    b.rule("v", b.ref("f")),
    b.operation("close", "Door: open -> shut", when=b.present("v")),
    b.flow("leave", b.act("close")),
)
"""The contract of the good calls: small, so that ten thousand of them cost little."""


class Damage:
    """Damages JSON texts, the same way for the same seed."""

    def __init__(self, seed: str, *texts: str) -> None:
        self.random = Random(seed)
        # Where every value and key of each text begins and ends, so that one can be put in the place of another.
        self.spans = {text: list(_spans(text)) for text in texts}
        self.pieces = [text[start:end] for text in texts for start, end in self.spans[text] if end - start < 200]
        self.keys = [piece for piece in self.pieces if piece.startswith('"')] or ['"key"']

    def text(self, text: str) -> str:
        """The text with one or two things wrong."""
        spans = self.spans[text]
        for _ in range(1 if self.random.random() < 0.7 else 2):
            # After a first change the spans are only near the values: so much the worse for the text.
            text = self._once(text, spans)
        return text

    def _once(self, text: str, spans: list[tuple[int, int]]) -> str:
        random, form = self.random, self.random.random()
        start, end = random.choice(spans)
        if form < 0.7 and text[end : end + 1] == ":":
            return text[:start] + random.choice(self.keys) + text[end:]
        if form < 0.4:
            return text[:start] + random.choice(NASTY) + text[end:]
        if form < 0.7:
            return text[:start] + random.choice(self.pieces) + text[end:]
        place = random.randrange(len(text) + 1)
        if form < 0.8:
            return (
                text[:place] + chr(random.choice((random.randrange(128), random.randrange(0x3000)))) + text[place + 1 :]
            )
        if form < 0.85:
            return text[:place]
        if form < 0.9:
            return text[:start] + text[end:]
        if form < 0.95:
            return text[:end] + "," + text[start:end] + text[end:]
        other = random.choice(list(self.spans))
        return text[:place] + other[random.randrange(len(other) + 1) :]

    def argument(self, argument: Json) -> Json:
        """An argument damaged: a text as above, rarely something that is no text; a handle into anything."""
        if self.random.random() < (0.05 if argument in self.spans else 0.3):
            return self.random.choice(NO_TEXTS)
        return self.text(argument) if argument in self.spans else argument


def _spans(text: str) -> Iterator[tuple[int, int]]:
    yield 0, len(text)
    scan = json.JSONDecoder().raw_decode
    for start, sign in enumerate(text):
        if start and (text[start - 1] in "[{:," and sign not in "]}"):
            try:
                yield start, scan(text, start)[1]
            except ValueError:
                continue  # a bracket or comma inside a text


# --- the calls -------------------------------------------------------------------------------------------------


class Call(NamedTuple):
    """A function of the edge, the arguments to damage (a handle is put first where one is due), and a good call."""

    function: Callable[..., str | None]
    arguments: tuple[Json, ...]
    good: tuple[Json, ...]
    takes_handle: bool = True


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"))


def _one_by_one(argument: tuple[Json, ...]) -> tuple[Json, ...]:
    return tuple(_compact(item) if isinstance(item, dict) else item for item in argument)


SMALL_FACTS: Json = {"f": True}
SMALL_STATES: Json = {"Door": "open"}

COMPAT = {
    "load_contract": Call(compat.load_contract, (CONTRACT,), (SMALL,), False),
    "free_contract": Call(compat.free_contract, (), ()),
    "evaluate": Call(compat.evaluate, (FACTS,), (SMALL_FACTS,)),
    "compute_action_space": Call(
        compat.compute_action_space, (FACTS, STATES, "clerk"), (SMALL_FACTS, SMALL_STATES, "clerk")
    ),
    "simulate_flow": Call(
        compat.simulate_flow,
        ("deliver", "clerk", FACTS, {"Order": "draft", "Truck": "free"}),
        ("leave", "clerk", SMALL_FACTS, SMALL_STATES),
    ),
    "simulate_flow_with_bindings": Call(
        compat.simulate_flow_with_bindings,
        ("deliver", "clerk", FACTS, STATES, BINDINGS),
        ("leave", "clerk", SMALL_FACTS, SMALL_STATES, {"Door": "_default"}),
    ),
    "inspect_contract": Call(compat.inspect_contract, (), ()),
}

SITUATION: Json = {"persona": "clerk", "facts": FACTS, "entity_states": STATES}
SMALL_SITUATION: Json = {"persona": "clerk", "facts": SMALL_FACTS, "entity_states": SMALL_STATES}
WIRE = {
    "version": ({}, {}),
    "load": ({"bundle": CONTRACT}, {"bundle": SMALL}),
    "free": ({"contract": -1}, {"contract": -1}),
    "evaluate": ({"facts": FACTS}, {"facts": SMALL_FACTS}),
    "action_space": (SITUATION, SMALL_SITUATION),
    "simulate_flow": (
        {"flow": "deliver", "instance_bindings": BINDINGS, "outcomes": {"c1": "done"}, **SITUATION},
        {"flow": "leave", **SMALL_SITUATION},
    ),
    "inspect": ({}, {}),
}


@pytest.fixture(scope="module")
def handles() -> Iterator[tuple[int, int]]:
    """The handles of the contract whose inputs are damaged, and of the small one."""
    loaded = [json.loads(compat.load_contract(_compact(contract)))["handle"] for contract in (CONTRACT, SMALL)]
    yield loaded[0], loaded[1]
    for handle in loaded:
        compat.free_contract(handle)


def clean(answer: str | None) -> Json:
    """The answer as JSON; it must be ASCII, and no defect may be among the errors."""
    if answer is None:
        return None
    assert answer.isascii()
    assert '"internal_error"' not in answer, answer
    return json.loads(answer)


def use(handle: int) -> None:
    """Ask a damaged contract that is still one everything, and free it."""
    clean(compat.inspect_contract(handle))
    facts, states = _compact(FACTS), _compact(STATES)
    clean(compat.compute_action_space(handle, facts, states, "clerk"))
    for flow in ("deliver", "end"):
        clean(compat.simulate_flow_with_bindings(handle, flow, "clerk", facts, states, _compact(BINDINGS)))
    compat.free_contract(handle)


@pytest.mark.parametrize("name", COMPAT)
def test_no_damaged_argument_harms_a_drop_in_function(name: str, handles: tuple[int, int]) -> None:
    call = COMPAT[name]
    own, small = ((handle,) if call.takes_handle else () for handle in handles)
    arguments = (*own, *_one_by_one(call.arguments))
    good = (-1,) if name == "free_contract" else (*small, *_one_by_one(call.good))
    damage = Damage(name, *(argument for argument in arguments if isinstance(argument, str)))
    expected = _without_handle(call.function(*good))
    for _ in range(ROUNDS):
        # One argument is wrong, sometimes another one too.
        wrong = {damage.random.randrange(len(arguments)), damage.random.randrange(len(arguments))}
        damaged = [damage.argument(item) if place in wrong else item for place, item in enumerate(arguments)]
        if name == "free_contract" and damaged[0] in handles:
            damaged[0] = None  # what is freed with right is another matter
        answer = clean(call.function(*damaged))
        if answer is not None:
            assert "error" not in answer or {"code", "path", "details"} <= answer.keys()
            if name == "load_contract" and "handle" in answer:
                use(answer["handle"])
        assert _without_handle(call.function(*good)) == expected


def _without_handle(answer: str | None) -> str | None:
    """The answer; a new handle, which no two loads share, is freed and taken out."""
    if answer is None or not answer.startswith('{"handle":'):
        return answer
    compat.free_contract(json.loads(answer)["handle"])
    return answer.partition(",")[2]


@pytest.mark.parametrize("method", WIRE)
def test_no_damaged_text_harms_a_method_of_the_wire(method: str, handles: tuple[int, int]) -> None:
    own, small = ({"contract": handle} if method not in ("version", "load", "free") else {} for handle in handles)
    params, good = _compact(own | WIRE[method][0]), _compact(small | WIRE[method][1])
    damage = Damage(method, params)
    expected = _without_wire_handle(wire.dispatch(method, good))
    for _ in range(ROUNDS):
        answer = clean(wire.dispatch(method, _unless_it_frees(method, damage.argument(params), handles)))
        assert ("ok" in answer) != ("error" in answer)
        if method == "load" and "ok" in answer:
            use(answer["ok"]["handle"])
        assert _without_wire_handle(wire.dispatch(method, good)) == expected


def _unless_it_frees(method: str, text: Json, handles: tuple[int, int]) -> Json:
    """The text, but none that happens to free a contract of this test."""
    freed = method == "free" and isinstance(text, str) and any(f":{handle}}}" in text for handle in handles)
    return "{}" if freed else text


def _without_wire_handle(answer: str) -> str:
    if not answer.startswith('{"ok":{"handle":'):
        return answer
    compat.free_contract(json.loads(answer)["ok"]["handle"])
    return answer.partition(",")[2]


@pytest.mark.parametrize("method", NO_TEXTS, ids=lambda value: repr(value)[:12])
def test_anything_may_stand_for_a_method(method: Json) -> None:
    assert clean(wire.dispatch(method, "{}"))["error"]["code"] == "unknown_method"
