"""Source that reads facts as most callers write them; what is written otherwise is left to ``values.codec``.

For a fact ``price`` of type Money(EUR) and a fact ``lines``, a list of at most 100 records, it is::

    v1 = given['price']
    if type(v1) is not dict or len(v1) != 2 or v1['currency'] != 'EUR': return None
    v2 = v1['amount']
    if type(v2) is str:
        if len(v2) > 28 or not (v2.strip('0123456789') == '.' and v2[0] != '.' != v2[-1] or k20(v2)): return None
    elif type(v2) is not int or not -1237940039285380274899124224 < v2 < 1237940039285380274899124224: return None
    v3 = Decimal(v2)
    v4 = given['lines']
    if type(v4) is not list or len(v4) > 100: return None
    members += 2 * len(v4)
    v5 = []
    for v6 in v4:
        if type(v6) is not dict or len(v6) != 2: return None
        v7 = v6['label']
        ...
        v5.append(RecordValue({'label': v7, 'accepted': v8}))
    v9 = tuple(v5)

``None`` says nothing of the facts but that the general way must read them; so does a ``KeyError``. A value that is
taken here is the one that the general way makes of it (a property test holds the two together), and it has no member
that the type does not declare: ``members`` counts those of all objects, by which repeated keys are seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from tenor_wasm.evaluator.source import Source, UnusualError
from tenor_wasm.values.codec import RecordValue, TaggedValue, is_text
from tenor_wasm.values.times import date_fault, parse_date_time
from tenor_wasm.values.types import (
    MAX_DIGITS,
    BaseType,
    BoolType,
    DateTimeType,
    DateType,
    DecimalType,
    DurationType,
    EnumType,
    IntType,
    ListType,
    MoneyType,
    RecordType,
    TaggedUnionType,
    TextType,
)

NAMES: Mapping[str, Any] = {
    "Decimal": Decimal,
    "RecordValue": RecordValue,
    "TaggedValue": TaggedValue,
    "is_text": is_text,
    "date_fault": date_fault,
    "parse_date_time": parse_date_time,
}
"""What the source calls."""

DEEPEST = 8
"""Types that lie in each other; Python allows so many loops and no more than twice as many."""

_WHOLE = 1 << 90
"""Whole numbers below it have at most 28 digits and lie within every bound of §13.6."""


def read_value(source: Source, base_type: BaseType, given: str, depth: int) -> tuple[str, int]:
    """Add the lines that read a value. Returns its expression, and the members that it always has.

    ``given`` is the expression of the JSON value, ``depth`` how far the lines stand to the right.
    """
    if depth > DEEPEST:
        raise UnusualError
    name = source.local()
    source.line(depth, f"{name} = {given}")
    return _READERS[type(base_type)](source, base_type, name, depth)


def _unless(source: Source, depth: int, condition: str) -> None:
    source.line(depth, f"if {condition}: return None")


def _bool(source: Source, _: BoolType, name: str, depth: int) -> tuple[str, int]:
    _unless(source, depth, f"{name} is not True and {name} is not False")
    return name, 0


def _whole(source: Source, base_type: IntType | DurationType, name: str, depth: int) -> tuple[str, int]:
    low = "" if base_type.minimum is None else f" or {name} < {base_type.minimum}"
    high = "" if base_type.maximum is None else f" or {name} > {base_type.maximum}"
    _unless(source, depth, f"type({name}) is not int{low}{high}")
    return name, 0


def _number(source: Source, name: str, depth: int, digits: int, scale: int) -> str:
    """A decimal of so many digits before and after the point at most, as text or as a whole number."""
    if digits < 1:
        raise UnusualError
    fraction = rf"(?:\.[0-9]{{1,{scale}}})?" if scale else ""
    # A zero has no sign.
    match = re.compile(rf"(?:-(?=[0.]*[1-9]))?[0-9]{{1,{digits}}}{fraction}\Z").match
    limit = min(_WHOLE, 10**digits)
    source.line(depth, f"if type({name}) is str:")
    # Digits on both sides of a point are the most frequent form, and seen sooner than by an expression.
    sides = f"0 < {name}.find('.') <= {digits} and {name}.find('.') + 1 < len({name}) <= {name}.find('.') + {scale + 1}"
    if digits == scale == MAX_DIGITS:
        sides = f"{name}[0] != '.' != {name}[-1]"
    usual = f"{name}.strip('0123456789') == '.' and {sides}"
    _unless(source, depth + 1, f"len({name}) > {MAX_DIGITS} or not ({usual} or {source.constant(match)}({name}))")
    source.line(depth, f"elif type({name}) is not int or not -{limit} < {name} < {limit}: return None")
    return f"Decimal({name})"


def _decimal(source: Source, base_type: DecimalType, name: str, depth: int) -> tuple[str, int]:
    return _number(source, name, depth, base_type.precision - base_type.scale, base_type.scale), 0


def _text(source: Source, base_type: TextType, name: str, depth: int) -> tuple[str, int]:
    longest = "" if base_type.max_length is None else f" or len({name}) > {base_type.max_length}"
    _unless(source, depth, f"type({name}) is not str{longest} or not is_text({name})")
    return name, 0


def _enum(source: Source, base_type: EnumType, name: str, depth: int) -> tuple[str, int]:
    values = source.constant(frozenset(base_type.values))
    _unless(source, depth, f"type({name}) is not str or {name} not in {values}")
    return name, 0


def _date(source: Source, _: DateType, name: str, depth: int) -> tuple[str, int]:
    _unless(source, depth, f"type({name}) is not str or date_fault({name}) is not None")
    return name, 0


def _date_time(source: Source, _: DateTimeType, name: str, depth: int) -> tuple[str, int]:
    _unless(source, depth, f"type({name}) is not str")
    source.line(depth, f"{name} = parse_date_time({name})")
    _unless(source, depth, f"type({name}) is not int")
    return name, 0


def _pair(source: Source, name: str, depth: int, member: str, value: str) -> None:
    """An object of two members, one of which can have one value alone."""
    condition = f"type({name}) is not dict or len({name}) != 2 or {name}[{member!r}] != {value!r}"
    _unless(source, depth, condition)


def _money(source: Source, base_type: MoneyType, name: str, depth: int) -> tuple[str, int]:
    _pair(source, name, depth, "currency", base_type.currency)
    amount = source.local()
    source.line(depth, f"{amount} = {name}['amount']")
    return _number(source, amount, depth, MAX_DIGITS, MAX_DIGITS), 2


def _duration(source: Source, base_type: DurationType, name: str, depth: int) -> tuple[str, int]:
    _pair(source, name, depth, "unit", base_type.unit)
    value = source.local()
    source.line(depth, f"{value} = {name}['value']")
    return _whole(source, base_type, value, depth)[0], 2


def _record(source: Source, base_type: RecordType, name: str, depth: int) -> tuple[str, int]:
    _unless(source, depth, f"type({name}) is not dict or len({name}) != {len(base_type.fields)}")
    fields = []
    members = len(base_type.fields)
    for field, member in base_type.fields.items():
        value, more = read_value(source, member, f"{name}[{field!r}]", depth)
        fields.append(f"{field!r}: {value}")
        members += more
    return f"RecordValue({{{', '.join(fields)}}})", members


def _tagged_union(source: Source, base_type: TaggedUnionType, name: str, depth: int) -> tuple[str, int]:
    tag, read = source.local(), source.local()
    _unless(source, depth, f"type({name}) is not dict or len({name}) != 2")
    source.line(depth, f"{tag} = {name}['tag']")
    _unless(source, depth, f"type({tag}) is not str")
    begin = "if"
    for variant, member in base_type.variants.items():
        source.line(depth, f"{begin} {tag} == {variant!r}:")
        value, members = read_value(source, member, f"{name}['payload']", depth + 1)
        source.line(depth + 1, f"members += {members}")
        source.line(depth + 1, f"{read} = TaggedValue({variant!r}, {value})")
        begin = "elif"
    source.line(depth, "else: return None")
    return read, 2


def _list(source: Source, base_type: ListType, name: str, depth: int) -> tuple[str, int]:
    longest = "" if base_type.maximum is None else f" or len({name}) > {base_type.maximum}"
    _unless(source, depth, f"type({name}) is not list{longest}")
    values, item = source.local(), source.local()
    source.line(depth, f"{values} = []")
    source.line(depth, f"for {item} in {name}:")
    value, members = read_value(source, base_type.element, item, depth + 1)
    source.line(depth + 1, f"{values}.append({value})")
    if members:
        source.line(depth, f"members += {members} * len({name})")
    return f"tuple({values})", 0


_READERS: Mapping[type, Callable[[Source, Any, str, int], tuple[str, int]]] = {
    BoolType: _bool,
    IntType: _whole,
    DecimalType: _decimal,
    TextType: _text,
    EnumType: _enum,
    DateType: _date,
    DateTimeType: _date_time,
    MoneyType: _money,
    DurationType: _duration,
    RecordType: _record,
    TaggedUnionType: _tagged_union,
    ListType: _list,
}
