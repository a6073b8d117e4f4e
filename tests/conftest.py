"""What every test run says of itself."""

from tests.support.servers import description


def pytest_report_header() -> str:
    return description()
