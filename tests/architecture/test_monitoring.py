"""Alert rules and dashboard of deploy/monitoring use metrics that exist, and are what promtool, Compose and the page say."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.manifests import ROOT, SERVICES, program, run_tool

FOLDER = ROOT / "deploy" / "monitoring"
ALERTS = FOLDER / "alerts.yaml"
PAGE = (ROOT / "docs" / "metrics.md").read_text()
NAME = re.compile(r"\b(?:scenewire|faststream)_[a-z_]+\b")

needs_promtool = pytest.mark.skipif(
    program("promtool") is None, reason="needs promtool; scripts/promtool .venv provides it"
)


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "grafana" / "dashboard.json").read_text())
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in rules())
    yield from (target["expr"] for panel in dashboard()["panels"] for target in panel["targets"])


def test_rules_and_dashboard_use_metrics_and_labels_that_the_page_lists() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([\w, ]*)\|", PAGE, re.MULTILINE)
    labels = {name: {*filter(None, listed.strip().split(", "))} for name, _, listed in rows}
    kinds = {name: kind for name, kind, _ in rows}
    assert len(list(expressions())) > 20
    for expression in expressions():
        used = set(NAME.findall(expression))
        assert used or re.search(r"\bup\{|\bprocess_start_time_seconds\b", expression)
        known = {"service", "le"}
        for name in used:
            base = re.sub("_(?:bucket|count|sum)$", "", name)
            name = base if kinds.get(base) == "histogram" else name  # noqa: PLW2901 - what the page lists
            assert name in labels, f"{name} in {expression}"
            known |= labels[name]
        grouped = {label for found in re.findall(r"by \(([^)]+)\)", expression) for label in found.split(", ")}
        selected = set(re.findall(r"[{,]\s*(\w+)=?[=!~]", expression))
        assert grouped | selected <= known, expression


def test_the_page_lists_every_alert_with_its_severity() -> None:
    listed = re.findall(r"^\| `(Scenewire\w+)` \| (\w+) \|", PAGE.partition("## Alerts")[2], re.MULTILINE)
    assert listed == [(rule["alert"], rule["labels"]["severity"]) for rule in rules()]


def test_every_alert_says_what_to_do_and_is_tested() -> None:
    tested = yaml.safe_load((FOLDER / "alerts-test.yaml").read_text())["tests"]
    fired = {case["alertname"] for test in tested for case in test["alert_rule_test"] if case["exp_alerts"]}
    assert {rule["alert"] for rule in rules()} == fired
    for rule in rules():
        assert rule["annotations"].keys() == {"summary", "action"}


def test_prometheus_of_compose_scrapes_every_service_and_grafana_finds_the_files() -> None:
    scraped = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    (job,) = scraped["scrape_configs"]
    (names,) = job["dns_sd_configs"]
    assert set(names["names"]) == set(SERVICES)
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    for name in ("prometheus", "grafana"):
        service = compose["services"][name]
        assert service["profiles"] == ["monitoring"]
        for config in service["configs"]:
            assert (ROOT / compose["configs"][config["source"]]["file"]).is_file()
    mounted = {config["source"]: config["target"] for config in compose["services"]["grafana"]["configs"]}
    (provider,) = yaml.safe_load((FOLDER / "grafana" / "dashboards.yaml").read_text())["providers"]
    assert str(Path(mounted["grafana-dashboard"]).parent) == provider["options"]["path"]
    assert {config["target"] for config in compose["services"]["prometheus"]["configs"]} >= set(scraped["rule_files"])


def test_services_of_compose_send_traces_where_one_variable_says_and_grafana_reads_them() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    jaeger = compose["services"]["jaeger"]
    assert jaeger["profiles"] == ["monitoring"]
    assert not jaeger["image"].endswith(("latest", "latest}"))
    for name in SERVICES:
        service = compose["services"][name]
        assert service["environment"]["OTEL_EXPORTER_OTLP_ENDPOINT"] == "${TRACES_ENDPOINT:-}"
        assert set(service["networks"]) & set(jaeger["networks"])
    sources = yaml.safe_load((FOLDER / "grafana" / "datasource.yaml").read_text())["datasources"]
    assert {source["type"]: source["url"] for source in sources}["jaeger"] == "http://jaeger:16686"
    assert set(jaeger["networks"]) & set(compose["services"]["grafana"]["networks"])


@needs_promtool
@pytest.mark.parametrize("arguments", [("check", "rules", ALERTS), ("test", "rules", FOLDER / "alerts-test.yaml")])
async def test_promtool_accepts_the_rules_and_their_tests(arguments: tuple[str | Path, ...]) -> None:
    ended = await run_tool("promtool", *arguments)
    assert ended.returncode == 0, ended.stdout.decode() + ended.stderr


@needs_promtool
async def test_panels_count_failures_of_a_counter_that_began_with_them(tmp_path: Path) -> None:
    """A counter with labels appears at its first failure, and `increase` alone would show none."""
    panels = [e for panel in dashboard()["panels"] for e in (t["expr"] for t in panel["targets"]) if "increase(" in e]
    assert len(panels) >= 5
    series = {re.search(r"increase\((\w+(?:\{[^}]*\})?)\[", panel)[1]: panel for panel in panels}  # type: ignore[index]
    tests = tmp_path / "panels.yaml"
    tests.write_text(
        json.dumps(
            {
                "tests": [
                    {
                        "interval": "1m",
                        "input_series": [{"series": name, "values": "_x9 20x30"}],
                        "promql_expr_test": [
                            {
                                "expr": f"sum({panel})",
                                "eval_time": f"{minute}m",
                                "exp_samples": [{"labels": "{}", "value": 20}] if minute == 12 else [],
                            }
                            for minute in (5, 12, 35)
                        ],
                    }
                    for name, panel in series.items()
                ]
            }
        )
    )
    ended = await run_tool("promtool", "test", "rules", tests)
    assert ended.returncode == 0, ended.stdout.decode() + ended.stderr


@needs_promtool
async def test_promtool_accepts_the_configuration_of_prometheus(tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text((FOLDER / "prometheus.yml").read_text().replace("/etc/prometheus", str(FOLDER)))
    ended = await run_tool("promtool", "check", "config", config)
    assert ended.returncode == 0, ended.stdout.decode() + ended.stderr
