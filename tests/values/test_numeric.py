"""The numeric model of §13: what can be written, what types results have, how they are rounded and bounded."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, Rounded, localcontext

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.values import numeric
from tenor_wasm.values.types import DecimalType, IntType

D = Decimal


@pytest.mark.parametrize(
    "text",
    ["0", "0.00", "10.50", "-3.5", "007.10", "9" * 28, "0." + "0" * 27 + "1", str(2**96 - 1)[:28], "1" + "0" * 28],
)
def test_a_decimal_text_is_read_and_printed_with_its_scale(text: str) -> None:
    value = numeric.parse_decimal(text)
    assert value is not None
    whole, _, fraction = text.partition(".")
    assert numeric.print_decimal(value) == f"{int(whole)}" + (f".{fraction}" if fraction else "")
    assert numeric.scale_of(value) == len(fraction)


@pytest.mark.parametrize(
    "text",
    [
        *("", " 1", "1 ", "1\n", "+1", ".5", "5.", "1e3", "1E-3", "NaN", "Infinity", "-", "--1", "1,5", "1_0"),
        *("0x10", "１", "٣", "1.2.3"),
        *("9" * 29, "0." + "1" * 29, "1." + "0" * 29, str(2**96), f"-{2**96}", "9" * 201),
    ],
)
def test_nothing_else_is_a_decimal(text: str) -> None:
    assert numeric.parse_decimal(text) is None


@pytest.mark.parametrize("text", ["-0", "-0.00", "-000"])
def test_zero_has_no_sign(text: str) -> None:
    value = numeric.parse_decimal(text)
    assert value is not None
    assert not value.is_signed()
    assert not numeric.print_decimal(value).startswith("-")


@pytest.mark.parametrize(
    ("left", "operator", "right"), [("0.00", "subtract", "0"), ("1.5", "subtract", "1.50"), ("-0.1", "multiply", "0")]
)
def test_a_computed_zero_has_no_sign(left: str, operator: str, right: str) -> None:
    computed = getattr(numeric, operator)(D(left), D(right))
    assert not numeric.fit(computed, DecimalType(5, 2)).is_signed()
    assert not numeric.bounded(computed).is_signed()


@pytest.mark.parametrize(
    ("value", "scale", "rounded"),
    [
        *(("0.125", 2, "0.12"), ("0.135", 2, "0.14"), ("0.145", 2, "0.14"), ("0.1350001", 2, "0.14")),
        *(("-0.125", 2, "-0.12"), ("-0.135", 2, "-0.14"), ("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2")),
        *(("-0.5", 0, "0"), ("-0.004", 2, "0.00"), ("7", 2, "7.00"), ("7.10", 1, "7.1")),
    ],
)
def test_results_are_rounded_half_to_even_to_their_scale(value: str, scale: int, rounded: str) -> None:
    assert numeric.print_decimal(numeric.fit(D(value), DecimalType(10, scale))) == rounded


@pytest.mark.parametrize(
    ("value", "declared", "good"),
    [
        *(("999.99", DecimalType(5, 2), True), ("1000.00", DecimalType(5, 2), False)),
        *(("-999.99", DecimalType(5, 2), True), ("0.001", DecimalType(5, 2), False)),
        *(("1.10000", DecimalType(5, 2), True), ("0.99", DecimalType(2, 2), True), ("1.00", DecimalType(2, 2), False)),
        *((12, DecimalType(2, 0), True), (100, DecimalType(2, 0), False)),
    ],
)
def test_a_value_fits_a_type_that_can_hold_it_exactly(value: str | int, declared: DecimalType, good: bool) -> None:
    assert numeric.fits(D(value) if isinstance(value, str) else value, declared) is good


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        *((D("999.995"), DecimalType(5, 2)), (D("-1000"), DecimalType(5, 2)), (D(2**96), DecimalType(40, 0))),
        *((2**96, DecimalType(40, 0)), (10**400, DecimalType(5, 0)), (D("1." + "1" * 28), DecimalType(40, 28))),
    ],
)
def test_a_result_beyond_its_type_overflows(value: Decimal | int, declared: DecimalType) -> None:
    with pytest.raises(TenorError) as caught:
        numeric.fit(value, declared)
    assert caught.value.code == "overflow"
    assert caught.value.details["range"]


@pytest.mark.parametrize(
    "host", [Context(prec=4), Context(prec=4, traps=[Inexact, Rounded])], ids=["coarse", "trapping"]
)
def test_numbers_do_not_depend_on_the_decimal_context_of_the_host(host: Context) -> None:
    wide = D("9" * 30 + "." + "9" * 10)
    with localcontext(host):
        assert numeric.fits(wide, DecimalType(40, 10))
        assert numeric.fit(D("99999999.99"), DecimalType(10, 2)) == D("99999999.99")
        assert numeric.bounded(D("99999999.99")) == D("99999999.99")
        assert not numeric.fits(D("100000000.00"), DecimalType(10, 2))
    assert numeric.fits(D("9" * 30), DecimalType(30, 0))


def test_the_largest_magnitude_is_just_below_two_to_the_96() -> None:
    largest = str(2**96 - 1)
    assert len(largest) == 29
    assert numeric.parse_decimal(largest) is None, "29 significant digits"
    rounded = largest[:28] + "0"
    assert numeric.parse_decimal(rounded) == D(rounded)
    assert numeric.parse_decimal("8" + "0" * 28) is None


@pytest.mark.parametrize(
    ("declared", "inside", "outside"),
    [
        (IntType(0, 10), [0, 10], [-1, 11]),
        (IntType(None, 10), [-(10**50), 10], [11]),
        (IntType(0, None), [0, 10**50], [-1]),
        (IntType(), [-(10**50), 10**50], []),
    ],
)
def test_whole_results_stay_in_their_range(declared: IntType, inside: list[int], outside: list[int]) -> None:
    assert [numeric.within(value, declared) for value in inside] == inside
    for value in outside:
        with pytest.raises(TenorError, match="overflow"):
            numeric.within(value, declared)


@pytest.mark.parametrize(
    ("left", "right", "total"),
    [
        (2**53 + 1, 1, 2**53 + 2),
        (10**40, -1, 10**40 - 1),
        (D("0.1"), D("0.2"), D("0.3")),
        (1, D("0.50"), D("1.50")),
        (D("9999999999999999999999999999"), D("0.0000000000000000000000000001"), D("9" * 28 + "." + "0" * 27 + "1")),
    ],
)
def test_sums_are_exact_before_they_are_fitted(
    left: numeric.Number, right: numeric.Number, total: numeric.Number
) -> None:
    assert numeric.add(left, right) == total
    assert numeric.add(right, left) == total
    assert numeric.subtract(total, right) == left


@pytest.mark.parametrize(
    ("left", "right", "product"),
    [(3, -4, -12), (D("1.10"), 3, D("3.30")), (D("0.1"), D("0.1"), D("0.01")), (10**30, 10**30, 10**60)],
)
def test_products_are_exact_before_they_are_fitted(
    left: numeric.Number, right: numeric.Number, product: numeric.Number
) -> None:
    assert numeric.multiply(left, right) == product
    assert numeric.multiply(right, left) == product


@pytest.mark.parametrize(
    ("declared", "promoted"),
    [
        *((IntType(0, 0), 1), (IntType(0, 1), 1), (IntType(0, 9), 2), (IntType(0, 10), 2), (IntType(0, 11), 3)),
        *((IntType(-1000, 5), 4), (IntType(-1001, 5), 5), (IntType(0, 10**27), 28), (IntType(0, 10**40), 28)),
        *((IntType(0, None), 28), (IntType(None, 0), 28), (IntType(), 28)),
    ],
)
def test_an_int_promotes_to_the_decimal_that_holds_its_range(declared: IntType, promoted: int) -> None:
    assert numeric.promote(declared) == DecimalType(promoted, 0)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        *((7, IntType(7, 7)), (-7, IntType(-7, -7)), (D("1.50"), DecimalType(3, 2)), (D("0.05"), DecimalType(2, 2))),
        *((D("0"), DecimalType(1, 0)), (D("0.00"), DecimalType(2, 2)), (D("100"), DecimalType(3, 0))),
    ],
)
def test_a_literal_has_the_type_that_it_is_written_in(value: numeric.Number, declared: IntType | DecimalType) -> None:
    assert numeric.literal_type(value) == declared


NumberType = IntType | DecimalType


@pytest.mark.parametrize(
    ("left", "right", "sum_type", "difference_type"),
    [
        (IntType(0, 10), IntType(-5, 5), IntType(-5, 15), IntType(-5, 15)),
        (IntType(1, 2), IntType(10, 20), IntType(11, 22), IntType(-19, -8)),
        (IntType(0, None), IntType(0, 5), IntType(0, None), IntType(-5, None)),
        (DecimalType(5, 2), DecimalType(8, 3), DecimalType(9, 3), DecimalType(9, 3)),
        (IntType(0, 99), DecimalType(2, 1), DecimalType(4, 1), DecimalType(4, 1)),
        (DecimalType(28, 2), DecimalType(28, 4), DecimalType(28, 4), DecimalType(28, 4)),
    ],
)
def test_sums_and_differences_have_the_type_of_the_promotion_table(
    left: NumberType, right: NumberType, sum_type: NumberType, difference_type: NumberType
) -> None:
    assert numeric.sum_type(left, right, 1) == sum_type
    assert numeric.sum_type(left, right, -1) == difference_type


@pytest.mark.parametrize(
    ("left", "factor", "declared"),
    [
        (IntType(-2, 3), 4, IntType(-8, 12)),
        (IntType(-2, 3), -4, IntType(-12, 8)),
        (IntType(None, 3), 4, IntType()),
        (DecimalType(5, 2), 100, DecimalType(8, 2)),
        (DecimalType(5, 2), D("10.00"), DecimalType(9, 2)),
        (IntType(0, 10), D("1.5"), DecimalType(4, 1)),
    ],
)
def test_products_with_a_literal_have_the_type_of_the_promotion_table(
    left: NumberType, factor: numeric.Number, declared: NumberType
) -> None:
    assert numeric.product_type(left, factor) == declared


def test_the_product_of_two_ranges_spans_its_corners() -> None:
    assert numeric.int_product_type(IntType(-3, 2), IntType(-5, 7)) == IntType(-21, 15)
    assert numeric.int_product_type(IntType(-3, 2), IntType()) == IntType()
