"""The value model against what the standard library knows: fractions for numbers, ``datetime`` for times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tenor_wasm import api
from tenor_wasm.errors import Findings
from tenor_wasm.interchange.canonical import canonical_json, contract_hash
from tenor_wasm.values import times
from tenor_wasm.values.codec import INVALID, decode_literal, decoder
from tenor_wasm.values.numeric import LIMIT, parse_decimal, print_decimal
from tenor_wasm.values.printing import payload, plain_json
from tenor_wasm.values.types import SECONDS_PER_UNIT, parse_type, type_to_json
from tests import bundles as b
from tests.properties import strategies as some

Json = Any

# --- numbers ---------------------------------------------------------------------------------------------------


def rounded(exact: Fraction, scale: int) -> Fraction:
    """Half to even: what ``round`` does to a fraction."""
    return Fraction(round(exact * 10**scale), 10**scale)


def representable(exact: Fraction, precision: int, scale: int) -> bool:
    """Whether a value of this scale has at most 28 significant digits and the magnitude that is allowed (§13.6)."""
    digits = str(abs(exact * 10**scale).numerator).rstrip("0")
    return abs(exact) < 10 ** (precision - scale) and abs(exact) < LIMIT and len(digits) <= 28


OPERATORS: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
}


def computed(
    left_type: Json, left: Json, operator: str, right: Json, declared: Json, **facts: tuple[Json, Json]
) -> Any:
    """The value of ``x operator right`` as the payload of a verdict, or the code of the fault."""
    term = {"op": operator, "left": b.ref("x"), "right": right}
    declared_facts = [b.fact(name, base_type) for name, (base_type, _) in facts.items()]
    contract = b.load(b.fact("x", left_type), *declared_facts, b.rule("v", b.TRUE, term, declared))
    try:
        evaluation = api.evaluate(contract, {"x": left, **{name: value for name, (_, value) in facts.items()}})
    except api.TenorError as error:
        return error.code
    return evaluation.verdicts[0].payload


@given(st.data(), st.sampled_from("+-"))
def test_sums_of_decimals_are_those_of_fractions_rounded_once(data: st.DataObject, operator: str) -> None:
    (p, s), (q, t) = (data.draw(st.sampled_from([(4, 2), (6, 0), (9, 9), (28, 14), (28, 0)])) for _ in range(2))
    left, right = data.draw(some.decimal_texts(p, s)), data.draw(some.decimal_texts(q, t))
    scale = data.draw(st.integers(0, max(s, t)))
    result = computed(b.decimal(p, s), left, operator, b.ref("y"), b.decimal(28, scale), y=(b.decimal(q, t), right))
    exact = OPERATORS[operator](Fraction(left), Fraction(right))
    width = min(max(p, q) + 1, 28)
    if not representable(exact, width, max(s, t)) or not representable(rounded(exact, scale), 28, scale):
        assert result == "overflow"
    else:
        assert Fraction(result) == rounded(exact, scale)
        assert len(print_decimal(result).partition(".")[2]) == scale


@given(st.data(), st.sampled_from([(4, 2), (8, 3), (12, 0)]))
def test_a_product_with_a_literal_is_rounded_half_to_even_to_its_scale(data: st.DataObject, form: Any) -> None:
    precision, scale = form
    left = data.draw(some.decimal_texts(precision, scale))
    factor = data.draw(some.decimal_texts(6, 4) | some.decimal_texts(3, 1) | some.decimal_texts(2, 0))
    kept = data.draw(st.integers(0, scale))
    result = computed(b.decimal(precision, scale), left, "*", b.literal(factor, b.decimal(10, 4)), b.decimal(28, kept))
    exact = rounded(rounded(Fraction(left) * Fraction(factor), scale), kept)
    assert Fraction(result) == exact


@given(some.decimal_texts(9, 2), some.decimal_texts(6, 4), st.sampled_from("+-"))
def test_amounts_of_money_add_exactly(left: str, right: str, operator: str) -> None:
    amounts = [{"amount": text, "currency": "EUR"} for text in (left, right)]
    result = computed(b.money(), amounts[0], operator, b.ref("y"), b.money(), y=(b.money(), amounts[1]))
    assert Fraction(result) == OPERATORS[operator](Fraction(left), Fraction(right))


@given(some.decimal_texts(6, 2), st.integers(-1000, 1000), st.sampled_from("+-"))
def test_a_whole_number_is_promoted_beside_a_decimal(left: str, right: int, operator: str) -> None:
    whole = b.integer(-1000, 1000)
    result = computed(b.decimal(6, 2), left, operator, b.ref("y"), b.decimal(12, 2), y=(whole, right))
    exact = OPERATORS[operator](Fraction(left), Fraction(right))
    assert Fraction(result) == exact
    compared = b.load(
        b.fact("x", b.decimal(6, 2)), b.fact("y", whole), b.rule("v", b.compare(b.ref("x"), "<=", b.ref("y")))
    )
    assert bool(api.evaluate(compared, {"x": left, "y": right}).verdicts) is (Fraction(left) <= right)


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30), st.sampled_from("+-*"))
def test_whole_numbers_are_exact_at_any_size(left: int, right: int, operator: str) -> None:
    result = computed(b.integer(), left, operator, b.ref("y"), b.integer(), y=(b.integer(), right))
    assert result == OPERATORS[operator](Fraction(left), Fraction(right))
    assert type(result) is int


@given(some.decimal_texts(28, 10) | some.decimal_texts(3, 2), some.decimal_texts(28, 4) | some.decimal_texts(3, 1))
def test_decimals_compare_as_fractions_do(left: str, right: str) -> None:
    for symbol, expected in (
        ("=", Fraction(left) == Fraction(right)),
        ("<", Fraction(left) < Fraction(right)),
        (">=", Fraction(left) >= Fraction(right)),
    ):
        contract = b.load(
            b.fact("x", b.decimal(28, 10)),
            b.fact("y", b.decimal(28, 4)),
            b.rule("v", b.compare(b.ref("x"), symbol, b.ref("y"))),
        )
        assert bool(api.evaluate(contract, {"x": left, "y": right}).verdicts) is expected


@given(some.decimal_texts(28, 28) | some.decimal_texts(28, 3) | some.decimal_texts(2, 0))
def test_a_decimal_is_printed_as_it_was_written(text: str) -> None:
    value = parse_decimal(text)
    assert isinstance(value, Decimal)
    assert print_decimal(value) == text
    assert Fraction(value) == Fraction(text)


# --- dates and times -------------------------------------------------------------------------------------------

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 12, 31))
OFFSETS = st.integers(-23 * 60, 23 * 60)


def offset_text(minutes: int) -> str:
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


@given(MOMENTS, OFFSETS)
def test_date_times_are_moments_in_utc(moment: datetime, minutes: int) -> None:
    value = times.parse_date_time(moment.isoformat() + offset_text(minutes))
    expected = moment.replace(tzinfo=UTC) - timedelta(minutes=minutes)
    assert value == (expected - EPOCH) // timedelta(microseconds=1) * 1000
    assert isinstance(value, int)
    printed = times.print_date_time(value)
    assert datetime.fromisoformat(printed) == expected
    assert times.parse_date_time(printed) == value


@given(MOMENTS, MOMENTS, st.integers(-(10**6), 10**6), st.sampled_from(some.UNITS))
def test_spans_between_moments_are_those_of_datetime(left: datetime, right: datetime, span: int, unit: str) -> None:
    texts = [moment.replace(microsecond=0).isoformat() + "Z" for moment in (left, right)]
    between = computed(b.DATE_TIME, texts[0], "-", b.ref("y"), b.duration("seconds"), y=(b.DATE_TIME, texts[1]))
    assert between == (left.replace(microsecond=0) - right.replace(microsecond=0)) // timedelta(seconds=1)
    length = {"value": span, "unit": unit}
    moved = computed(b.DATE_TIME, texts[0], "+", b.ref("y"), b.DATE_TIME, y=(b.duration(unit), length))
    try:
        expected = left.replace(microsecond=0, tzinfo=UTC) + timedelta(**{unit: span})
    except OverflowError:
        return
    assert datetime.fromisoformat(times.print_date_time(moved)) == expected


@given(st.integers(0, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_date_is_one_of_the_calendar(year: int, month: int, day: int) -> None:
    fault = times.date_fault(f"{year:04d}-{month:02d}-{day:02d}")
    try:
        date(year or 2000, month, day)  # the year 0, which datetime lacks, is a leap year as 2000 is
    except ValueError:
        assert fault is not None
    else:
        assert fault is None


@given(
    st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6), st.sampled_from(some.UNITS), st.sampled_from(some.UNITS)
)
def test_durations_of_any_units_compare_and_add_as_timedelta_does(x: int, y: int, left: str, right: str) -> None:
    facts = [b.fact("x", b.duration(left)), b.fact("y", b.duration(right))]
    total = b.compare(b.ref("x"), "+", b.ref("y"))
    less = b.compare(b.ref("x"), "<", b.ref("y"))
    contract = b.load(*facts, b.rule("less", less), b.rule("sum", b.TRUE, total, b.duration("seconds")))
    verdicts = api.evaluate(
        contract, {"x": {"value": x, "unit": left}, "y": {"value": y, "unit": right}}
    ).snapshot.verdicts
    first, second = (SECONDS_PER_UNIT[left] * x, SECONDS_PER_UNIT[right] * y)
    assert ("less" in verdicts) is (first < second)
    assert verdicts["sum"].payload == first + second


# --- encoding --------------------------------------------------------------------------------------------------


@given(st.data())
def test_every_value_can_be_written_and_read_back(data: st.DataObject) -> None:
    type_json = data.draw(some.types())
    findings = Findings()
    base_type = parse_type(type_json, None, findings)
    assert base_type is not None
    assert parse_type(type_to_json(base_type), None, findings) == base_type
    value = decoder(base_type)(data.draw(some.values(type_json)), None, findings)
    assert value is not INVALID
    plain = plain_json(value, base_type)
    assert decoder(base_type)(plain, None, findings) == value
    assert decode_literal(plain, base_type, None, findings) == value
    assert plain_json(decoder(base_type)(plain, None, findings), base_type) == plain
    assert payload(value, base_type)["kind"] == f"{type_json['base'].lower()}_value".replace(
        "taggedunion", "tagged_union"
    )
    assert findings.faults == []


@given(st.data())
def test_a_payload_as_it_is_printed_is_a_literal(data: st.DataObject) -> None:
    type_json = data.draw(some.types())
    findings = Findings()
    base_type = parse_type(type_json, None, findings)
    assert base_type is not None
    value = decoder(base_type)(data.draw(some.values(type_json)), None, findings)
    expected = payload(value, base_type)
    contract = b.load(b.rule("v", b.TRUE, b.literal(plain_json(value, base_type)), type_json))
    assert payload(api.evaluate(contract, {}).verdicts[0].payload, base_type) == expected


# --- the hash --------------------------------------------------------------------------------------------------


def changed(value: Json) -> Json:
    """A value that differs in one thing."""
    if isinstance(value, dict):
        return {**value, "an added member": None}
    if isinstance(value, list):
        return [*value, None]
    if isinstance(value, str):
        return value + "!"
    return not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else 0


def reversed_keys(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: reversed_keys(value[key]) for key in reversed(list(value))}
    return [reversed_keys(item) for item in value] if isinstance(value, list) else value


@given(some.worlds(), st.data())
def test_the_hash_tells_every_change_of_value_and_no_order_of_keys(world: some.World, data: st.DataObject) -> None:
    expected = contract_hash(world.bundle)
    assert contract_hash(reversed_keys(world.bundle)) == expected
    assert canonical_json(reversed_keys(world.bundle)) == canonical_json(world.bundle)
    places = st.sampled_from(list(some.places(world.bundle)))
    for at in data.draw(st.lists(places, min_size=10, max_size=10)):
        other = some.replaced(world.bundle, at, changed(some.part(world.bundle, at)))
        assert contract_hash(other) != expected
