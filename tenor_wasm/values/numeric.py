"""The numeric model (§13): exact integers, fixed-point decimals, round half to even, overflow that aborts.

Rules this module lives by:

- No binary float anywhere. Decimals are ``decimal.Decimal``, integers are ``int``; the two compare exactly.
- Every computed decimal passes through ``fit``: rounded half to even to its scale, then checked against its range.
- Zero has no sign; NaN, infinity and exponent notation cannot be written or printed.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import TypeAlias

from tenor_wasm.errors import TenorError
from tenor_wasm.values.patterns import pattern
from tenor_wasm.values.types import MAX_DIGITS, MAX_PRECISION, DecimalType, IntType

Number: TypeAlias = "int | Decimal"

LIMIT = 2**96
"""Magnitudes reach up to this, exclusive (§13.6)."""

WHOLE_LIMIT = 10**1000
"""Whole numbers are exact up to here (inclusive), far beyond any use; what is computed beyond it overflows, so that
a short contract cannot make numbers without end."""

# Wide enough that sums and products of two operands of MAX_PRECISION digits are exact before ``fit`` rounds them once.
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN, Emax=999, Emin=-999, traps=[InvalidOperation, Overflow, Inexact])
_ROUND = Context(prec=400, rounding=ROUND_HALF_EVEN, Emax=999, Emin=-999, traps=[InvalidOperation, Overflow])
_STEPS = tuple(Decimal(1).scaleb(-scale) for scale in range(MAX_DIGITS + 1))
_POWERS: tuple[int, ...] = tuple(10**digits for digits in range(MAX_PRECISION + 1))
_SHORT_DECIMAL = pattern(r"[0-9]+(?:\.[0-9]+)?\Z")
_DECIMAL_TEXT = pattern(r"(-?)([0-9]+)(?:\.([0-9]+))?\Z")


def parse_decimal(text: str, digits: int = MAX_DIGITS) -> Decimal | None:
    """Read ``[-]digits[.digits]`` exactly, keeping the scale as written; ``None`` for anything else.

    Texts beyond the bounds of §13.6 (28 significant digits, scale 28, magnitude below 2^96) give ``None`` too. A type
    that declares more ``digits`` has them read and compared; computing with them overflows.
    """
    if len(text) <= MAX_DIGITS and _SHORT_DECIMAL.match(text):
        return Decimal(text)  # short enough to lie within every bound, and without a sign to lose
    match = _DECIMAL_TEXT.match(text) if len(text) <= 200 else None
    if match is None:
        return None
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > MAX_DIGITS:
        return None
    coefficient = int(whole + fraction)
    if _significant_digits(coefficient) > digits:
        return None
    if digits <= MAX_DIGITS and coefficient >= LIMIT * _POWERS[len(fraction)]:
        return None
    return Decimal((1 if sign and coefficient else 0, _digits(coefficient), -len(fraction)))


def _digits(coefficient: int) -> tuple[int, ...]:
    return tuple(map(int, str(coefficient)))


def _significant_digits(coefficient: int) -> int:
    return len(str(abs(coefficient)).strip("0")) if coefficient else 1


def print_decimal(value: Decimal) -> str:
    """The decimal in plain notation with the scale that it carries."""
    return format(value, "f")


def scale_of(value: Decimal) -> int:
    """The number of fractional digits that the value carries."""
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def fits(value: Number, declared: DecimalType) -> bool:
    """Whether the value is representable in fixed point with the declared precision and scale (§4.3)."""
    number = value if isinstance(value, Decimal) else Decimal(value)
    if number.copy_abs() >= _whole_limit(declared):
        return False
    return scale_of(number) <= declared.scale or number == number.quantize(_STEPS[declared.scale], context=_ROUND)


def _whole_limit(declared: DecimalType) -> int:
    return _POWERS[declared.precision - declared.scale]


def whole_range(declared: DecimalType) -> IntType:
    """The whole numbers that a decimal type holds."""
    most = _whole_limit(declared) - 1
    return IntType(-most, most)


def fit(value: Number, declared: DecimalType) -> Decimal:
    """Round half to even to the declared scale (§13.4).

    Raises ``overflow`` when the result needs more digits than declared (§13.3).
    """
    number = value if isinstance(value, Decimal) else _exact_decimal(value)
    result = rounded(number, declared.scale)
    if result.copy_abs() >= _whole_limit(declared):
        raise overflow(f"{result:f}", f"Decimal({declared.precision}, {declared.scale})")
    return bounded(result)


def rounded(value: Decimal, scale: int) -> Decimal:
    """The value rounded half to even to a scale (§13.4), zero without a sign; its range is not checked."""
    result = value.quantize(_STEPS[scale], context=_ROUND)
    return result if result else result.copy_abs()


def _exact_decimal(value: int) -> Decimal:
    if abs(value) >= LIMIT:
        raise overflow(str(value) if value.bit_length() < 400 else "a very large integer", "the numeric range of §13.6")
    return Decimal(value)


def bounded(value: Decimal) -> Decimal:
    """Return a computed value when it lies inside the bounds of §13.6, zero without a sign; raises ``overflow``."""
    coefficient = abs(int(value.scaleb(scale_of(value), context=_EXACT)))
    if value.copy_abs() >= LIMIT or _significant_digits(coefficient) > MAX_DIGITS:
        raise overflow(f"{value:f}", "the numeric range of §13.6")
    return value if value else value.copy_abs()


def within(value: int, declared: IntType) -> int:
    """Return ``value`` when it lies in the declared range; raises ``overflow`` otherwise (§13.3)."""
    if abs(value) > WHOLE_LIMIT:
        raise overflow("a very large integer", "the whole numbers of at most 1000 digits")
    if (declared.minimum is not None and value < declared.minimum) or (
        declared.maximum is not None and value > declared.maximum
    ):
        low = "-∞" if declared.minimum is None else declared.minimum
        high = "∞" if declared.maximum is None else declared.maximum
        raise overflow(str(value) if value.bit_length() < 400 else "a very large integer", f"Int({low}, {high})")
    return value


def overflow(value: str, range_text: str) -> TenorError:
    """The typed overflow error of §13.3."""
    return TenorError(
        "overflow",
        f"arithmetic overflow: {value} lies outside {range_text}; give smaller inputs or declare a wider type",
        "",
        {"value": value, "range": range_text},
    )


def add(left: Number, right: Number) -> Number:
    """Exact sum; the caller fits it to its result type."""
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return _EXACT.add(_exact(left), _exact(right))


def subtract(left: Number, right: Number) -> Number:
    """Exact difference; the caller fits it to its result type."""
    if isinstance(left, int) and isinstance(right, int):
        return left - right
    return _EXACT.subtract(_exact(left), _exact(right))


def multiply(left: Number, right: Number) -> Number:
    """Exact product; the caller fits it to its result type."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return _EXACT.multiply(_exact(left), _exact(right))


def _exact(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else _exact_decimal(value)


# --- promotion (§13.2) -----------------------------------------------------------------------------------------


def promote(declared: IntType | DecimalType) -> DecimalType:
    """The decimal type that holds an Int: ``Decimal(ceil(log10(max(|min|, |max|))) + 1, 0)``."""
    if isinstance(declared, DecimalType):
        return declared
    if declared.minimum is None or declared.maximum is None:
        return DecimalType(MAX_DIGITS, 0)
    largest = max(abs(declared.minimum), abs(declared.maximum))
    # ceil(log10(n)) without a logarithm: the digits of n - 1 (0 for n <= 1).
    return DecimalType(min(MAX_DIGITS, (len(str(largest - 1)) if largest > 1 else 0) + 1), 0)


def literal_type(value: Number) -> IntType | DecimalType:
    """The type of a literal (§13.5): ``Int(n, n)``, or ``Decimal(digits, fraction digits)`` as written."""
    if isinstance(value, int):
        return IntType(value, value)
    scale = scale_of(value)
    return DecimalType(max(len(value.as_tuple().digits), scale, 1), scale)


def sum_type(left: IntType | DecimalType, right: IntType | DecimalType, sign: int) -> IntType | DecimalType:
    """The result type of ``left + right`` (sign 1) or ``left - right`` (sign -1)."""
    if isinstance(left, IntType) and isinstance(right, IntType):
        low, high = (right.minimum, right.maximum) if sign > 0 else (right.maximum, right.minimum)
        return IntType(_combine(left.minimum, low, sign), _combine(left.maximum, high, sign))
    a, b = promote(left), promote(right)
    return _decimal_type(max(a.precision, b.precision) + 1, max(a.scale, b.scale))


def _combine(left: int | None, right: int | None, sign: int) -> int | None:
    return None if left is None or right is None else left + sign * right


def product_type(left: IntType | DecimalType, literal: Number) -> IntType | DecimalType:
    """The result type of ``left * literal``: a decimal keeps its scale, an Int takes that of a decimal literal."""
    if isinstance(left, IntType) and isinstance(literal, int):
        return int_product_type(left, IntType(literal, literal))
    if isinstance(left, IntType):
        left = DecimalType(promote(left).precision, scale_of(literal) if isinstance(literal, Decimal) else 0)
    digits = len(str(abs(literal))) if isinstance(literal, int) else len(literal.as_tuple().digits)
    return _decimal_type(left.precision + digits, left.scale)


def int_product_type(left: IntType, right: IntType) -> IntType:
    """The range of ``left * right``: the extremes of the four corner products (§7.1); unbounded when either is.

    No product lies beyond ``WHOLE_LIMIT``: it would overflow.
    """
    if None in (left.minimum, left.maximum, right.minimum, right.maximum):
        return IntType()
    corners = [a * b for a in (left.minimum, left.maximum) for b in (right.minimum, right.maximum)]  # type: ignore[operator]
    return IntType(_within_limit(min(corners)), _within_limit(max(corners)))


def _within_limit(value: int) -> int:
    return max(-WHOLE_LIMIT, min(value, WHOLE_LIMIT))


def _decimal_type(precision: int, scale: int) -> DecimalType:
    # A promoted type may ask for more digits than the model has (§13.6); the run-time check still holds the range.
    return DecimalType(min(precision, MAX_DIGITS), min(scale, MAX_DIGITS))
