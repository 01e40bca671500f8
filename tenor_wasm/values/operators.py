"""Which types may meet (§4.2, §13.2): comparison, arithmetic, payloads. Tables and small functions over types only."""

from __future__ import annotations

from collections.abc import Mapping

from tenor_wasm.values import times
from tenor_wasm.values.numeric import sum_type, whole_range
from tenor_wasm.values.types import (
    SECONDS_PER_UNIT,
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

NUMERIC = (IntType, DecimalType)
ORDERED = (IntType, DecimalType, MoneyType, DateType, DateTimeType, DurationType)
"""Types with ``< <= > >=``; every type below has ``=`` and ``!=``."""
_ALIKE = frozenset({BoolType, IntType, DecimalType, TextType, DateType, DateTimeType, DurationType})
"""Types of which any two of the same name have values that can be equal."""
EQUALITY = frozenset({"=", "!="})
ORDERING = frozenset({"<", "<=", ">", ">="})
COMPARISONS = EQUALITY | ORDERING


def comparable(left: BaseType, operator: str, right: BaseType) -> bool:
    """Whether ``left operator right`` is defined (§4.2). Lists have no comparison of their own."""
    if type(left) is ListType or not same_kind(left, right):
        return False
    return operator in EQUALITY or type(left) in ORDERED


def same_kind(left: BaseType, right: BaseType) -> bool:
    """Whether values of the two types can be equal: bounds may differ, structure may not."""
    if left is right or (type(left) is type(right) and type(left) in _ALIKE):
        return True
    match left, right:
        case (IntType() | DecimalType(), IntType() | DecimalType()):
            return True
        case (EnumType(), EnumType()):
            return set(left.values) == set(right.values)
        case (MoneyType(), MoneyType()):
            return left.currency == right.currency
        case (RecordType(), RecordType()):
            return _same_members(left.fields, right.fields)
        case (TaggedUnionType(), TaggedUnionType()):
            return _same_members(left.variants, right.variants)
        case (ListType(), ListType()):
            return same_kind(left.element, right.element)
        case _:
            return type(left) is type(right)


def _same_members(left: Mapping[str, BaseType], right: Mapping[str, BaseType]) -> bool:
    return left.keys() == right.keys() and all(same_kind(left[name], right[name]) for name in left)


def plain_equality(base_type: BaseType) -> bool:
    """Whether values of the type are equal exactly when their in-memory values are (durations depend on the unit)."""
    match base_type:
        case DurationType():
            return False
        case RecordType(fields):
            return all(plain_equality(member) for member in fields.values())
        case TaggedUnionType(variants):
            return all(plain_equality(member) for member in variants.values())
        case ListType(element, _):
            return plain_equality(element)
        case _:
            return True


def additive_type(left: BaseType, operator: str, right: BaseType) -> BaseType | None:
    """The type of ``left + right`` or ``left - right``; ``None`` when the operator is not defined for them."""
    sign = 1 if operator == "+" else -1
    match left, right:
        case (IntType() | DecimalType(), IntType() | DecimalType()):
            return sum_type(left, right, sign)
        case (MoneyType(), MoneyType()) if left.currency == right.currency:
            return left
        case (DurationType(), DurationType()):
            return _duration_sum(left, right, sign)
        case (DateTimeType(), DurationType()) if sign > 0:
            return left
        case (DateTimeType(), DateTimeType()) if sign < 0:
            # Bounds derived from the operands (§4.4): both lie in the years 0000 to 9999.
            return DurationType("seconds", -times.LONGEST_SPAN, times.LONGEST_SPAN)
        case _:
            return None


def smaller_unit(left: str, right: str) -> str:
    """The unit that a sum of two durations has (§4.2)."""
    return min(left, right, key=SECONDS_PER_UNIT.__getitem__)


def in_unit(base_type: DurationType, unit: str) -> DurationType:
    """The same durations counted in a smaller unit."""
    factor = SECONDS_PER_UNIT[base_type.unit] // SECONDS_PER_UNIT[unit]
    low, high = base_type.minimum, base_type.maximum
    return DurationType(unit, None if low is None else low * factor, None if high is None else high * factor)


def _duration_sum(left: DurationType, right: DurationType, sign: int) -> DurationType:
    unit = smaller_unit(left.unit, right.unit)
    a, b = in_unit(left, unit), in_unit(right, unit)
    bounds = sum_type(IntType(a.minimum, a.maximum), IntType(b.minimum, b.maximum), sign)
    assert isinstance(bounds, IntType)
    return DurationType(unit, bounds.minimum, bounds.maximum)


def contains(outer: BaseType, inner: BaseType) -> bool:
    """Whether every value of ``inner`` lies in ``outer``, for whole numbers; nothing else is told apart here."""
    if not isinstance(inner, IntType):
        return True
    if isinstance(outer, DecimalType):
        outer = whole_range(outer)
    if not isinstance(outer, IntType):
        return True
    low_fits = outer.minimum is None or (inner.minimum is not None and inner.minimum >= outer.minimum)
    high_fits = outer.maximum is None or (inner.maximum is not None and inner.maximum <= outer.maximum)
    return low_fits and high_fits


def assignable(value: BaseType, declared: BaseType) -> bool:
    """Whether a term of type ``value`` may be the payload of a verdict declared as ``declared``.

    Numbers and durations may still overflow at run time; everything else is settled here.
    """
    match value, declared:
        case (IntType(), IntType()) | (IntType() | DecimalType(), DecimalType()):
            return True
        case (TextType(), TextType()):
            return declared.max_length is None or (
                value.max_length is not None and value.max_length <= declared.max_length
            )
        case (DurationType(), DurationType()):
            return SECONDS_PER_UNIT[declared.unit] <= SECONDS_PER_UNIT[value.unit]
        case (EnumType(), EnumType()):
            return set(value.values) == set(declared.values)
        case (BoolType() | DateType() | DateTimeType() | MoneyType(), _):
            return value == declared
        case (RecordType() | TaggedUnionType() | ListType(), _):
            return value == declared
        case _:
            return False
