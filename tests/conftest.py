"""What holds for every test run."""

from hypothesis import HealthCheck, settings

from tests.support.servers import description

# How long an example takes, to be thought of or to be tried, depends on who else uses the machine.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def pytest_report_header() -> str:
    return description()
