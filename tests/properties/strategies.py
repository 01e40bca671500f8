"""Random well-formed contracts and inputs for them.

Everything is interchange JSON, as a bundle or a caller writes it. ``worlds()`` draws a contract together with what
the other strategies need to know of it; ``facts``, ``entity_states`` and ``bindings`` draw inputs for it. What is
drawn always loads: a contract that is refused is a fault of the loader or of this file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests import bundles as b

Json = Any
Object = dict[str, Any]
Draw = st.DrawFn

PERSONAS = ("clerk", "chief")
OUTCOMES = ("success", "declined", "held")
INSTANCES = ("_default", "i1", "i2", "i3", "Z-0")
ENUM_VALUES = ("low", "mid", "high")
UNITS = ("seconds", "minutes", "hours", "days")
ORDERED = ("Int", "Decimal", "Money", "Date", "DateTime", "Duration")
EQUALITY = ("=", "!=")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
COMPUTATION_ERRORS = ("overflow", "index_out_of_range", "absent_variant")
"""What may go wrong while a well-formed contract computes with well-formed inputs."""

# --- types and values ------------------------------------------------------------------------------------------


@st.composite
def _bounds(draw: Draw) -> tuple[int | None, int | None]:
    low = draw(st.none() | st.integers(-50, 0))
    high = draw(st.none() | st.integers(1, 2000))
    return low, high


def scalar_types() -> st.SearchStrategy[Object]:
    """The nine types without parts."""
    return st.one_of(
        st.just(b.BOOL),
        _bounds().map(lambda span: b.integer(*span)),
        st.sampled_from([b.decimal(1, 0), b.decimal(3, 3), b.decimal(6, 2), b.decimal(28, 10)]),
        st.sampled_from([b.text(), b.text(1), b.text(12)]),
        st.sampled_from([b.enum("only"), b.enum(*ENUM_VALUES)]),
        st.just(b.DATE),
        st.just(b.DATE_TIME),
        st.sampled_from([b.money("EUR"), b.money("USD")]),
        st.builds(lambda unit, span: b.duration(unit, *span), st.sampled_from(UNITS), _bounds()),
    )


def _records(members: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    names = st.sampled_from(["amount", "open", "when", "kind"])
    return st.dictionaries(names, members, min_size=1, max_size=3).map(lambda fields: b.record(**fields))


def _unions(members: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    tags = st.sampled_from(["Cash", "Card", "Wire"])
    return st.dictionaries(tags, members, min_size=1, max_size=3).map(lambda variants: b.union(**variants))


def _lists(members: st.SearchStrategy[Object]) -> st.SearchStrategy[Object]:
    return st.builds(b.list_of, members, st.none() | st.integers(1, 4))


def types() -> st.SearchStrategy[Object]:
    """All twelve types, structures up to two levels deep."""
    flat = scalar_types()
    inner = st.one_of(flat, flat, _records(flat), _unions(flat))
    with_lists = _records(st.one_of(inner, _lists(flat)))
    return st.one_of(flat, flat, with_lists, _unions(st.one_of(inner, with_lists)), _lists(inner))


def _whole(base_type: Object) -> st.SearchStrategy[int]:
    low, high = base_type.get("min"), base_type.get("max")
    near = st.integers(max(low if low is not None else -9, -9), min(high if high is not None else 9, 9))
    return near | st.integers(
        low if low is not None else -(10**20) * (high is None), high if high is not None else 10**20
    )


@st.composite
def decimal_texts(draw: Draw, precision: int, scale: int) -> str:
    """A decimal of at most the given digits, below the magnitude that the numeric model has."""
    coefficient = draw(st.integers(-99, 99) | st.integers(-(10**precision) + 1, 10**precision - 1))
    coefficient = max(-(10**precision) + 1, min(10**precision - 1, coefficient))
    digits = str(abs(coefficient)).zfill(scale + 1)
    sign = "-" if coefficient < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else sign + digits


def dates() -> st.SearchStrategy[str]:
    return st.dates().map(lambda date: date.isoformat())


def date_times() -> st.SearchStrategy[str]:
    offsets = st.sampled_from(["Z", "+02:00", "-11:30", "+14:00"])
    moments = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1))
    return st.builds(lambda moment, offset: moment.isoformat() + offset, moments, offsets)


def _texts(base_type: Object) -> st.SearchStrategy[str]:
    longest = min(base_type.get("max_length", 6), 6)
    return st.sampled_from(["", "a", "b", "é", "€🚂"]).map(lambda text: text[:longest]) | st.text(max_size=longest)


def values(base_type: Object) -> st.SearchStrategy[Json]:
    """A fact's value of the type, in any of the forms that a caller may write."""
    match base_type["base"]:
        case "Bool":
            return st.booleans()
        case "Int":
            return _whole(base_type)
        case "Decimal":
            return _decimals(base_type["precision"], base_type["scale"])
        case "Text":
            return _texts(base_type)
        case "Enum":
            return st.sampled_from(base_type["values"])
        case "Date":
            return dates()
        case "DateTime":
            return date_times()
        case "Money":
            return st.fixed_dictionaries({"amount": _decimals(9, 2), "currency": st.just(base_type["currency"])})
        case "Duration":
            return st.fixed_dictionaries({"value": _whole(base_type), "unit": st.just(base_type["unit"])})
        case "Record":
            return st.fixed_dictionaries({name: values(member) for name, member in base_type["fields"].items()})
        case "TaggedUnion":
            return st.one_of(
                [
                    st.fixed_dictionaries({"tag": st.just(tag), "payload": values(member)})
                    for tag, member in base_type["variants"].items()
                ]
            )
        case "List":
            return st.lists(values(base_type["element_type"]), max_size=min(base_type.get("max") or 3, 3))
        case other:
            raise AssertionError(other)


def _decimals(precision: int, scale: int) -> st.SearchStrategy[Json]:
    texts = decimal_texts(precision, scale)
    return texts | texts.map(
        lambda text: {"kind": "decimal_value", "precision": precision, "scale": scale, "value": text}
    )


# --- expressions -----------------------------------------------------------------------------------------------


class Term(NamedTuple):
    """A term and the type that it has, near enough to choose what to compare it with."""

    json: Object
    type: Object


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may mention: terms that can be read, and verdicts that can be present."""

    terms: tuple[Term, ...]
    verdicts: tuple[str, ...] = ()
    depth: int = 0

    def of(self, *bases: str) -> list[Term]:
        """The terms of these types."""
        return [term for term in self.terms if term.type["base"] in bases]


def readable(name: str, base_type: Object, *, is_fact: bool) -> list[Term]:
    """A fact or variable and every path into it: record fields, union payloads, list elements."""
    root = Term(b.ref(name), base_type) if is_fact else None
    return ([root] if root else []) + _paths(name, base_type, "")


def _paths(name: str, base_type: Object, prefix: str) -> list[Term]:
    members: Mapping[str, Object] = base_type.get("fields") or base_type.get("variants") or {}
    found: list[Term] = []
    for member, member_type in members.items():
        found.append(Term(b.field(name, prefix + member), member_type))
        found += _paths(name, member_type, f"{prefix}{member}.")
    return found


def _with_elements(terms: Sequence[Term]) -> list[Term]:
    """The terms, and the first element and the length of each list among them."""
    lists = [term for term in terms if term.type["base"] == "List"]
    elements = [Term(b.element(term.json, 0), term.type["element_type"]) for term in lists]
    lengths = [Term(b.length(term.json), b.integer(0)) for term in lists]
    return [*terms, *elements, *lengths]


@st.composite
def arithmetic(draw: Draw, scope: Scope) -> Term | None:
    """A sum, difference or product, where the scope has something to compute with."""
    operands = scope.of("Int", "Decimal", "Money", "Duration", "DateTime")
    if not operands:
        return None
    left = draw(st.sampled_from(operands))
    base = left.type["base"]
    if base in ("Int", "Decimal") and draw(st.booleans()):
        factor = draw(st.integers(-3, 100) | st.sampled_from(["0.5", "1.25", "-2.0"]))
        return Term({"op": "*", "left": left.json, "literal": factor}, b.decimal() if base == "Decimal" else left.type)
    others = [term for term in operands if _addable(left.type, term.type)]
    if base == "DateTime":
        others = [term for term in operands if term.type["base"] in ("DateTime", "Duration")]
    right = draw(st.sampled_from(others))
    takes = "-" if base == "DateTime" and right.type["base"] == "DateTime" else "+"
    operator = takes if base == "DateTime" else draw(st.sampled_from("+-"))
    result = b.duration("seconds") if base == "DateTime" and takes == "-" else left.type
    if {base, right.type["base"]} == {"Int", "Decimal"}:
        result = b.decimal()
    return Term(b.compare(left.json, operator, right.json), _unbounded(result))


def _addable(left: Object, right: Object) -> bool:
    if left["base"] in ("Int", "Decimal"):
        return right["base"] in ("Int", "Decimal")
    return left["base"] == right["base"] and left.get("currency") == right.get("currency")


def _unbounded(base_type: Object) -> Object:
    return {key: value for key, value in base_type.items() if key not in ("min", "max")}


def _comparable(left: Object, right: Object) -> bool:
    """Whether two types compare, told without the loader's own table: equal types, and any two numbers."""
    numbers = ("Int", "Decimal")
    return left == right or (left["base"] in numbers and right["base"] in numbers)


@st.composite
def comparisons(draw: Draw, scope: Scope) -> Object:
    terms = [term for term in scope.terms if term.type["base"] != "List"]
    left = draw(arithmetic(scope)) if draw(st.integers(0, 3)) == 0 else None
    if left is None:
        if not terms:
            return b.TRUE
        left = draw(st.sampled_from(terms))
    others = [term for term in terms if _comparable(left.type, term.type)]
    beside_another = draw(st.booleans())
    if others and beside_another:
        right = draw(st.sampled_from(others)).json
    else:
        right = b.literal(draw(values(left.type)), left.type)
    operators = COMPARISONS if left.type["base"] in ORDERED else EQUALITY
    return b.compare(left.json, draw(st.sampled_from(operators)), right)


@st.composite
def quantifications(draw: Draw, scope: Scope) -> Object:
    # Elements taken by an index are no domain: a quantifier ranges over a fact or a field.
    lists = [term for term in scope.of("List") if "op" not in term.json]
    if not lists or scope.depth > 1:
        return draw(comparisons(scope))
    domain = draw(st.sampled_from(lists))
    name, element = f"x{scope.depth}", domain.type["element_type"]
    bound = Term(b.ref(name), element)
    inner = [bound, *_paths(name, element, "")]
    within = Scope((*inner, *inner, *scope.terms), scope.verdicts, scope.depth + 1)
    quantifier = draw(st.sampled_from(["forall", "exists"]))
    return b.quantified(quantifier, name, domain.json, draw(predicates(within, 1)))


@st.composite
def predicates(draw: Draw, scope: Scope, depth: int = 2) -> Object:
    """A predicate of any form over what the scope holds."""
    form = draw(st.integers(0, 9))
    if depth and form < 3:
        left, right = draw(predicates(scope, depth - 1)), draw(predicates(scope, depth - 1))
        return b.both(left, right) if form else b.either(left, right)
    if depth and form == 3:
        return b.negate(draw(predicates(scope, depth - 1)))
    if scope.verdicts and form in (4, 5):
        return b.present(draw(st.sampled_from(scope.verdicts)))
    if form == 6:
        return draw(quantifications(scope))
    truths = scope.of("Bool")
    if truths and form == 7:
        return draw(st.sampled_from(truths)).json
    return draw(comparisons(scope))


@st.composite
def _payloads(draw: Draw, scope: Scope) -> tuple[Object, Json]:
    """The type of a verdict's payload, and the term or literal that gives it."""
    form = draw(st.integers(0, 3))
    if form == 0 and scope.terms:
        term = draw(st.sampled_from(scope.terms))
        return (b.integer() if term.type["base"] == "Int" else term.type), term.json
    if form == 1:
        computed = draw(arithmetic(scope))
        if computed is not None:
            return _payload_type(computed), computed.json
    whole = scope.of("Int")
    if form == 2 and whole:
        left, right = draw(st.sampled_from(whole)), draw(st.sampled_from(whole))
        return b.integer(), b.compare(left.json, "*", right.json)
    base_type = draw(types())
    return base_type, b.literal(draw(values(base_type)))


def _payload_type(computed: Term) -> Object:
    """A type that every computed value of the kind may be declared as."""
    match computed.type["base"]:
        case "Int" | "Decimal":
            return b.decimal(28, 4)
        case "Duration":
            return b.duration("seconds")
        case _:
            return computed.type


# --- contracts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class World:
    """A drawn contract and what inputs for it need to know."""

    bundle: Object
    fact_types: Mapping[str, Object]
    defaults: frozenset[str]
    states: Mapping[str, tuple[str, ...]]
    flows: tuple[str, ...]


class _Operation(NamedTuple):
    json: Object
    entities: frozenset[str]
    outcomes: tuple[str, ...]


class _Flow(NamedTuple):
    json: Object
    entities: frozenset[str]


@st.composite
def _rules(draw: Draw, terms: tuple[Term, ...]) -> list[Object]:
    count = draw(st.sampled_from([3, 0, 1, 2, 4]))
    strata = sorted(draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)))
    rules: list[Object] = []
    for index, stratum in enumerate(strata):
        below = tuple(f"v{other}" for other in range(index) if strata[other] < stratum)
        scope = Scope(terms, below)
        base_type, value = draw(_payloads(scope))
        rules.append(b.rule(f"v{index}", draw(predicates(scope)), value, base_type, stratum))
    return draw(st.permutations(rules))


@st.composite
def _entities(draw: Draw) -> dict[str, Object]:
    found: dict[str, Object] = {}
    for name in ("Door", "Lamp", "Room")[: draw(st.sampled_from([2, 1, 3]))]:
        states = ("a", "b", "c", "d")[: draw(st.sampled_from([2, 3, 4]))]
        pairs = [(source, target) for source in states for target in states if source != target]
        chosen = draw(st.lists(st.sampled_from(pairs), min_size=len(states) - 1, unique=True))
        initial = draw(st.sampled_from(states))
        found[name] = b.entity(name, *states, transitions=chosen) | {"initial": initial}
    return found


@st.composite
def _operation(draw: Draw, name: str, entities: Mapping[str, Object], scope: Scope) -> _Operation:
    """Up to three outcomes, each with effects on some of the entities from one or more source states."""
    outcomes = draw(st.permutations(OUTCOMES))[: draw(st.sampled_from([1, 1, 2, 3]))]
    lines: list[str] = []
    touched: set[str] = set()
    for label in outcomes:
        count = draw(st.sampled_from([1, 2, 1, 0]))
        for entity_id in draw(st.permutations(sorted(entities)))[:count]:
            pairs = [(arrow["from"], arrow["to"]) for arrow in entities[entity_id]["transitions"]]
            several = draw(st.booleans()) and len({source for source, _ in pairs}) > 1
            count = 2 if several else 1
            arrows = draw(
                st.lists(st.sampled_from(pairs), min_size=count, max_size=count, unique_by=lambda pair: pair[0])
            )
            lines += [f"{entity_id}: {source} -> {target} => {label}" for source, target in arrows]
            touched.add(entity_id)
    # Most operations admit everyone and ask for nothing, so that flows get beyond their first step.
    personas = draw(st.sampled_from([PERSONAS, PERSONAS, PERSONAS[:1], PERSONAS[1:]]))
    when = draw(st.one_of(st.just(b.TRUE), st.just(b.TRUE), predicates(scope, 1)))
    json = b.operation(name, *lines, personas=personas, when=when, outcomes=outcomes)
    return _Operation(json, frozenset(touched), tuple(outcomes))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the steps of a graph may use."""

    scope: Scope
    operations: tuple[_Operation, ...]
    sub_flows: tuple[_Flow, ...]
    entities: tuple[str, ...]

    def only(self, entities: frozenset[str]) -> _Parts:
        """The parts that change no other entity."""
        operations = tuple(operation for operation in self.operations if operation.entities <= entities)
        flows = tuple(flow for flow in self.sub_flows if flow.entities <= entities)
        return _Parts(self.scope, operations, flows, ())


def _terminals() -> st.SearchStrategy[Object]:
    return st.sampled_from(["success", "success", "failure", "escalation", "parked"]).map(b.done)


@st.composite
def _handlers(draw: Draw, parts: _Parts, later: Sequence[str]) -> Object:
    form = draw(st.integers(0, 2 if later else 1))
    if form == 0:
        return b.terminate(draw(st.sampled_from(["failure", "success", "escalation", "parked"])))
    if form == 1:
        names = draw(st.lists(st.sampled_from(parts.operations), min_size=1, max_size=2))
        return b.compensate(*(operation.json["id"] for operation in names), then=draw(st.sampled_from(OUTCOMES)))
    return b.escalate(draw(st.sampled_from(later)), draw(st.sampled_from(PERSONAS)))


@st.composite
def _steps(draw: Draw, prefix: str, parts: _Parts) -> tuple[list[Object], frozenset[str]]:
    """A step graph that begins with its first step, and the entities that it can change."""
    count = draw(st.sampled_from([3, 1, 2, 4]))
    names = [f"{prefix}{index}" for index in range(count)]
    steps: list[Object] = []
    touched: set[str] = set()
    for index, name in enumerate(names):
        later = names[index + 1 :]
        step, entities = draw(_step(name, later, parts))
        steps.append(step)
        touched |= entities
    return steps, frozenset(touched)


@st.composite
def _step(draw: Draw, name: str, later: Sequence[str], parts: _Parts) -> tuple[Object, frozenset[str]]:
    targets: st.SearchStrategy[Json] = _terminals()
    if later:
        targets = st.one_of(st.sampled_from(later), st.sampled_from(later), targets)
    form = draw(st.integers(0, 9))
    if form == 0:
        condition = draw(predicates(parts.scope, 1))
        return b.decide(name, condition, draw(targets), draw(targets)), frozenset()
    if form == 1 and later:
        return b.hand_off(name, draw(st.sampled_from(later))), frozenset()
    handler = draw(_handlers(parts, later))
    compensated = _compensated(handler, parts)
    if form in (2, 3) and parts.sub_flows:
        flow = draw(st.sampled_from(parts.sub_flows))
        return b.run_flow(name, flow.json["id"], draw(targets), handler), flow.entities | compensated
    if form in (4, 5) and len(parts.entities) > 1:
        branches, entities = draw(_branches(name, parts))
        return b.parallel(name, branches, draw(targets), handler), entities | compensated
    operation = draw(st.sampled_from(parts.operations))
    routes = {label: draw(targets) for label in operation.outcomes}
    step = b.act(operation.json["id"], outcomes=routes, on_failure=handler, step=name)
    step["persona"] = draw(st.sampled_from((*operation.json["allowed_personas"], *PERSONAS)))
    return step, operation.entities | compensated


def _compensated(handler: Object, parts: _Parts) -> frozenset[str]:
    names = {step["op"] for step in handler.get("steps", ())}
    return frozenset().union(*(op.entities for op in parts.operations if op.json["id"] in names))


@st.composite
def _branches(draw: Draw, name: str, parts: _Parts) -> tuple[dict[str, list[Object]], frozenset[str]]:
    """Two branches that share no entity; each keeps to its own."""
    shuffled = draw(st.permutations(parts.entities))
    middle = draw(st.integers(1, len(shuffled) - 1))
    branches: dict[str, list[Object]] = {}
    touched: frozenset[str] = frozenset()
    for branch, group in (("left", shuffled[:middle]), ("right", shuffled[middle:])):
        steps, entities = draw(_steps(f"{name}_{branch}_", parts.only(frozenset(group))))
        branches[branch] = steps
        touched |= entities
    return branches, touched


@st.composite
def worlds(draw: Draw) -> World:
    """A well-formed contract with facts, entities, rules, operations and flows of every form."""
    count = draw(st.sampled_from([3, 0, 1, 2, 4]))
    fact_types = {f"f{index}": draw(types()) for index in range(count)}
    facts = []
    defaults = set()
    for name, base_type in fact_types.items():
        with_default = draw(st.integers(0, 3)) == 0
        facts.append(b.fact(name, base_type, **({"default": draw(values(base_type))} if with_default else {})))
        if with_default:
            defaults.add(name)
    terms = tuple(_with_elements([term for item in fact_types.items() for term in readable(*item, is_fact=True)]))
    rules = draw(_rules(terms))
    scope = Scope(terms, tuple(rule["body"]["produce"]["verdict_type"] for rule in rules))
    entities = draw(_entities())
    # One operation for each entity alone, so that parallel branches always have something to do.
    alone = [draw(_operation(f"only_{name}", {name: entity}, scope)) for name, entity in entities.items()]
    mixed = [draw(_operation(f"op{index}", entities, scope)) for index in range(draw(st.integers(0, 2)))]
    operations = (*alone, *mixed)
    flows: list[_Flow] = []
    for index in range(draw(st.sampled_from([2, 1, 3]))):
        parts = _Parts(scope, operations, tuple(flows), tuple(entities))
        steps, touched = draw(_steps(f"s{index}_", parts))
        flows.append(_Flow(b.flow(f"flow{index}", *steps), touched))
    bundle = b.bundle(
        *(b.persona(name) for name in PERSONAS),
        *facts,
        *entities.values(),
        *rules,
        *(operation.json for operation in operations),
        *(flow.json for flow in flows),
    )
    return World(
        bundle,
        fact_types,
        frozenset(defaults),
        {name: tuple(entity["states"]) for name, entity in entities.items()},
        tuple(flow.json["id"] for flow in flows),
    )


# --- inputs ----------------------------------------------------------------------------------------------------


@st.composite
def facts(draw: Draw, world: World) -> Object:
    """A value for every fact; one with a default may be left out."""
    chosen = {}
    for name, base_type in world.fact_types.items():
        if name not in world.defaults or draw(st.booleans()):
            chosen[name] = draw(values(base_type))
    return chosen


@st.composite
def flat_states(draw: Draw, world: World) -> dict[str, str]:
    """A state for some of the entities."""
    present = draw(st.lists(st.sampled_from(sorted(world.states)), unique=True))
    return {name: draw(st.sampled_from(world.states[name])) for name in present}


@st.composite
def nested_states(draw: Draw, world: World) -> dict[str, dict[str, str]]:
    """Up to four instances for each entity, rarely none."""
    drawn: dict[str, dict[str, str]] = {}
    for name, states in world.states.items():
        count = draw(st.sampled_from([2, 1, 3, 0, 4]))
        names = draw(st.permutations(INSTANCES))[:count]
        drawn[name] = {instance: draw(st.sampled_from(states)) for instance in names}
    return drawn


@st.composite
def bindings(draw: Draw, world: World, states: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """An instance for every entity: one that exists, or rarely ``nowhere``."""
    return {name: draw(st.sampled_from([*sorted(states.get(name, ())) * 3, "nowhere"])) for name in world.states}


def personas() -> st.SearchStrategy[str]:
    return st.sampled_from((*PERSONAS, *PERSONAS, "stranger"))


# --- any JSON at all -------------------------------------------------------------------------------------------


def any_json() -> st.SearchStrategy[Json]:
    """Any JSON value, with words of the interchange format among its texts and keys."""
    words = st.sampled_from(
        [
            "id",
            "kind",
            "Bundle",
            "Fact",
            "Flow",
            "constructs",
            "type",
            "base",
            "op",
            "left",
            "facts",
            "contract",
            "bundle",
        ]
    )
    texts = words | st.text(max_size=5)
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | texts
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
    )


def places(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every value inside a JSON value."""
    yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*at, key))


def replaced(value: Json, at: tuple[str | int, ...], other: Json) -> Json:
    """The JSON value with another value at a place."""
    if not at:
        return other
    first, *rest = at
    if isinstance(value, dict):
        return {key: replaced(inner, tuple(rest), other) if key == first else inner for key, inner in value.items()}
    return [replaced(inner, tuple(rest), other) if index == first else inner for index, inner in enumerate(value)]


def part(value: Json, at: tuple[str | int, ...]) -> Json:
    """What stands at a place of a JSON value."""
    for key in at:
        value = value[key]
    return value
