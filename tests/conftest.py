"""What holds for every test run."""

from hypothesis import settings

from tests.support.servers import description

settings.register_profile("untimed", deadline=None)  # how long an example takes depends on who else uses the machine
settings.load_profile("untimed")


def pytest_report_header() -> str:
    return description()
