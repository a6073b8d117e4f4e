"""How Retry-After is parsed."""

from datetime import UTC, datetime

import pytest

from scenewire.http_answers import retry_after

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("2", 2),
        ("75", 75),
        (" 1.5 ", 1.5),
        ("0", 0),
        ("-3", 0),
        ("1e12", 86_400),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("soon", None),
        ("2 seconds", None),
        ("9" * 5_000, None),
        ("Sat, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_row_57_retry_after_is_read_as_seconds_or_date_and_invalid_values_are_ignored(
    told: str, seconds: float | None
) -> None:
    assert retry_after({"retry-after": told}, NOW) == seconds


def test_row_57_without_retry_after_there_is_no_wait() -> None:
    assert retry_after({}) is None
