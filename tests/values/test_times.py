"""A real calendar, UTC, exact spans (§4.1, §4.3, §4.4)."""

from __future__ import annotations

import pytest

from tenor_wasm.errors import TenorError
from tenor_wasm.values import times


@pytest.mark.parametrize(
    "text", ["2024-02-29", "2000-02-29", "2023-12-31", "0000-01-01", "0000-02-29", "9999-12-31", "1900-02-28"]
)
def test_a_day_of_the_calendar_is_a_date(text: str) -> None:
    assert times.date_fault(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10"),
        *("2024-01-00", "2024-1-1", "24-01-01", "2024-01-01T00:00:00Z", "2024/01/01", "20240101", "", "12024-01-01"),
        *(" 2024-01-01", "2024-01-01\n", "-001-01-01", "２０２４-01-01"),
    ],
)
def test_any_other_text_is_no_date(text: str) -> None:
    assert times.date_fault(text)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
        ("2023-12-31T23:59:59-00:01", "2024-01-01T00:00:59Z"),
        ("2024-06-30t12:00:00z", "2024-06-30T12:00:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"),
        ("2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00.123456789Z"),
        ("2024-01-01T00:00:00.1200000000000Z", "2024-01-01T00:00:00.12Z"),
        ("2024-01-01T00:00:00.000-00:00", "2024-01-01T00:00:00Z"),
        ("2024-01-01T23:00:00-23:59", "2024-01-02T22:59:00Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_date_time_is_normalised_to_utc(text: str, printed: str) -> None:
    value = times.parse_date_time(text)
    assert isinstance(value, int), value
    assert times.print_date_time(value) == printed
    assert times.parse_date_time(printed) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2024-01-01T00:00:00", "offset"),
        ("2024-01-01T00:00:00.5", "offset"),
        ("2016-12-31T23:59:60Z", "leap second"),
        ("2024-01-01T24:00:00Z", "no time"),
        ("2024-01-01T12:60:00Z", "no time"),
        ("2024-01-01T12:00:61Z", "no time"),
        ("2024-01-01T12:00:00+24:00", "no offset"),
        ("2024-01-01T12:00:00+02:60", "no offset"),
        ("2023-02-29T12:00:00Z", "28 days"),
        ("2024-01-01T12:00:00.1234567891Z", "nine digits"),
        ("0000-01-01T00:00:00+00:01", "0000 to 9999"),
        ("9999-12-31T23:59:59-00:01", "0000 to 9999"),
        ("2024-01-01", "YYYY-MM-DDThh:mm:ssZ"),
        ("2024-01-01 12:00:00Z", "YYYY-MM-DDThh:mm:ssZ"),
        ("2024-01-01T12:00Z", "YYYY-MM-DDThh:mm:ssZ"),
        ("2024-01-01T12:00:00+0200", "YYYY-MM-DDThh:mm:ssZ"),
        ("2024-01-01T12:00:00.Z", "YYYY-MM-DDThh:mm:ssZ"),
    ],
)
def test_any_other_text_is_no_date_time_and_says_why(text: str, why: str) -> None:
    fault = times.parse_date_time(text)
    assert isinstance(fault, str)
    assert why in fault


def test_the_calendar_counts_every_day() -> None:
    """Day by day through leap years, skipped leap years and both ends of the range."""
    for start in ("0000-01-01", "1599-12-30", "1899-12-30", "1969-12-30", "2023-12-30", "9998-12-30"):
        value = times.parse_date_time(f"{start}T12:00:00Z")
        assert isinstance(value, int)
        previous = start
        for _ in range(366):
            value = times.shift(value, 86400)
            day = times.print_date_time(value)[:10]
            assert times.date_fault(day) is None
            assert day > previous
            assert times.parse_date_time(f"{day}T12:00:00Z") == value
            previous = day


@pytest.mark.parametrize(("day", "seconds"), [("9999-12-31T23:59:59Z", 1), ("0000-01-01T00:00:00Z", -1)])
def test_a_time_beyond_the_calendar_overflows(day: str, seconds: int) -> None:
    value = times.parse_date_time(day)
    assert isinstance(value, int)
    with pytest.raises(TenorError) as caught:
        times.shift(value, seconds)
    assert caught.value.code == "overflow"


@pytest.mark.parametrize(
    ("nanoseconds", "seconds"),
    [(0, 0), (500_000_000, 0), (1_500_000_000, 2), (2_500_000_000, 2), (-500_000_000, 0), (-1_500_000_000, -2)],
)
def test_a_span_is_whole_seconds_rounded_half_to_even(nanoseconds: int, seconds: int) -> None:
    assert times.span_seconds(nanoseconds, 0) == seconds


@pytest.mark.parametrize(
    ("unit", "smaller", "factor"),
    [
        *(("days", "hours", 24), ("days", "minutes", 1440), ("days", "seconds", 86400)),
        *(("hours", "minutes", 60), ("hours", "seconds", 3600), ("minutes", "seconds", 60), ("days", "days", 1)),
    ],
)
def test_durations_convert_exactly_to_a_smaller_unit(unit: str, smaller: str, factor: int) -> None:
    assert times.to_unit(3, unit, smaller) == 3 * factor
    assert times.to_unit(-3, unit, smaller) == -3 * factor
