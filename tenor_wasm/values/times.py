"""Dates, times and durations (§4.1, §4.3): a real calendar, UTC, exact spans.

- A Date is its text ``YYYY-MM-DD``: such texts sort as the dates do.
- A DateTime is a whole number of nanoseconds since 1970-01-01T00:00:00Z, offset applied (§4.4).
- A Duration is a whole number of its declared unit.
"""

from __future__ import annotations

from tenor_wasm.errors import TenorError
from tenor_wasm.values.numeric import overflow
from tenor_wasm.values.patterns import pattern
from tenor_wasm.values.types import SECONDS_PER_UNIT

NANOSECONDS = 10**9

_DATE = pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_DATE_TIME = pattern(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))\Z"
)
_DATE_TIME_WITHOUT_OFFSET = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?\Z")
_MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DAYS_TO_1970 = 719_468
"""Days from 0000-03-01 to 1970-01-01 in the proleptic Gregorian calendar."""


def date_fault(text: str) -> str | None:
    """Why the text is no RFC 3339 full-date, or ``None`` when it is one."""
    match = _DATE.match(text)
    if match is None:
        return "write a date as YYYY-MM-DD"
    year, month, day = map(int, match.groups())
    if not 1 <= month <= 12:
        return f"there is no month {month}"
    length = _MONTH_LENGTHS[month - 1] + (month == 2 and _is_leap(year))
    if not 1 <= day <= length:
        return f"{text[:7]} has {length} days, not a day {day}"
    return None


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def parse_date_time(text: str) -> int | str:
    """Nanoseconds since the epoch for an RFC 3339 date-time, or the sentence that says why it is none."""
    match = _DATE_TIME.match(text)
    if match is None:
        if _DATE_TIME_WITHOUT_OFFSET.match(text):
            return "a date-time must carry an offset: end it with Z or, for example, +02:00"
        return "write a date-time as YYYY-MM-DDThh:mm:ssZ or with an offset such as +02:00"
    date, hour_text, minute_text, second_text, fraction, _, sign, offset_hours, offset_minutes = match.groups()
    fault = date_fault(date)
    if fault is not None:
        return fault
    hour, minute, second = int(hour_text), int(minute_text), int(second_text)
    if second == 60:
        return "a leap second (:60) cannot be represented; use the second before or after it"
    if hour > 23 or minute > 59 or second > 59:
        return f"there is no time {hour_text}:{minute_text}:{second_text}"
    if sign and (int(offset_hours) > 23 or int(offset_minutes) > 59):
        return f"there is no offset {sign}{offset_hours}:{offset_minutes}"
    if fraction and len(fraction.rstrip("0")) > 9:
        return "give at most nine digits of a second"
    offset = (int(offset_hours) * 3600 + int(offset_minutes) * 60) * (-1 if sign == "-" else 1) if sign else 0
    seconds = _days_since_epoch(date) * 86400 + hour * 3600 + minute * 60 + second - offset
    nanoseconds = seconds * NANOSECONDS + int((fraction or "0").ljust(9, "0")[:9])
    if not _FIRST <= nanoseconds <= _LAST:
        return "the time lies outside the years 0000 to 9999 in UTC"
    return nanoseconds


def print_date_time(nanoseconds: int) -> str:
    """The RFC 3339 text in UTC, with no more digits of a second than needed."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    days, second_of_day = divmod(seconds, 86400)
    hour, rest = divmod(second_of_day, 3600)
    minute, second = divmod(rest, 60)
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return f"{_date_of(days)}T{hour:02d}:{minute:02d}:{second:02d}{digits}Z"


def _days_since_epoch(date: str) -> int:
    # Counting from 1 March puts the leap day at the end of the year, so month lengths follow one formula.
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:])
    shifted_year = year - (month < 3)
    month_index = (month - 3) % 12
    day_of_year = (153 * month_index + 2) // 5 + day - 1
    return (
        shifted_year * 365 + shifted_year // 4 - shifted_year // 100 + shifted_year // 400 + day_of_year - _DAYS_TO_1970
    )


def _date_of(days: int) -> str:
    shifted = days + _DAYS_TO_1970
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_index = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month_index + 2) // 5 + 1
    month = month_index + 3 if month_index < 10 else month_index - 9
    year = year_of_era + era * 400 + (month < 3)
    return f"{year:04d}-{month:02d}-{day:02d}"


_FIRST = _days_since_epoch("0000-01-01") * 86400 * NANOSECONDS
_LAST = (_days_since_epoch("9999-12-31") + 1) * 86400 * NANOSECONDS - 1

LONGEST_SPAN = (_LAST - _FIRST) // NANOSECONDS
"""The most seconds that two times can be apart."""


def shift(nanoseconds: int, seconds: int) -> int:
    """``DateTime + Duration``; raises ``overflow`` outside the years 0000 to 9999."""
    result = nanoseconds + seconds * NANOSECONDS
    if not _FIRST <= result <= _LAST:
        raise overflow("a time", "the years 0000 to 9999")
    return result


def span_seconds(left: int, right: int) -> int:
    """``DateTime - DateTime`` in whole seconds; a fraction is rounded half to even, as §13.4 rounds."""
    seconds, fraction = divmod(left - right, NANOSECONDS)
    if fraction * 2 > NANOSECONDS or (fraction * 2 == NANOSECONDS and seconds % 2):
        seconds += 1
    return seconds


def to_unit(value: int, unit: str, smaller: str) -> int:
    """Express a duration in a smaller (or the same) unit, exactly (§4.2)."""
    factor, rest = divmod(SECONDS_PER_UNIT[unit], SECONDS_PER_UNIT[smaller])
    if rest:
        raise TenorError("internal_error", f"{unit} cannot be expressed in {smaller}")
    return value * factor
