"""The scaling plot of docs/scaling.md, an SVG."""

import math

from scripts.capacity.measured import MEASURED, Row
from scripts.capacity.validation import simulated_efficiency

__all__ = ["plot"]

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 20, 50
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#333}.end{text-anchor:end}.middle{text-anchor:middle}line{stroke:#ddd}"
    "polyline{fill:none;stroke:#1f6feb;stroke-width:2}.measured{fill:#d1242f}.limited{fill:#bf8700}</style>"
)
_FLOOR = 0.4
"""Efficiency at the bottom."""


def plot() -> str:
    """Returns measured and simulated efficiency over the number of loops of `assembly`."""
    single = [row for row in MEASURED.rows if row.loops == 1]
    line = " ".join(f"{_x(row.workers):.1f},{_y(_simulated(row)):.1f}" for row in single)
    dots = [
        f'<circle cx="{_x(row.workers * row.loops):.1f}" cy="{_y(row.efficiency):.1f}" r="4" '
        f'class="{"measured" if row.loops == 1 else "limited"}"/>'
        for row in MEASURED.rows
    ]
    notes = [
        f'<text x="{_x(row.workers * row.loops) - 8:.1f}" y="{_y(row.efficiency) + 4:.1f}" class="end">'
        f"BUS_MAX_IN_FLIGHT={row.max_in_flight}</text>"
        for row in MEASURED.rows
        if row.max_in_flight < row.workers * row.loops
    ]
    ticks = [
        f'<text x="{_x(2**power):.1f}" y="{_HEIGHT - _BOTTOM + 20}" class="middle">{2**power}</text>'
        for power in range(8)
    ]
    grid = [
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_y(share):.1f}" y2="{_y(share):.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{_y(share) + 4:.1f}" class="end">{share:.1f}</text>'
        for share in (0.4, 0.6, 0.8, 1.0)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">',
            "<title>Efficiency with 1 to 128 loops of assembly, measured and simulated</title>",
            _STYLE,
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
            *grid,
            *ticks,
            f'<polyline points="{line}"/>',
            *dots,
            *notes,
            f'<text x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{_HEIGHT - 10}" class="middle">loops of assembly</text>',
            f'<text x="{_LEFT + 10}" y="{_y(0.5):.1f}">dots: measured; line: simulated</text>',
            "</svg>",
            "",
        ]
    )


def _simulated(row: Row) -> float:
    limit, hop, speed = row.max_in_flight, MEASURED.hop_s, MEASURED.speed
    return simulated_efficiency(row.workers, loops=row.loops, max_in_flight=limit, hop=hop, speed=speed)


def _x(loops: int) -> float:
    return _LEFT + 15 + math.log2(loops) / 7 * (_WIDTH - _LEFT - _RIGHT - 30)


def _y(efficiency: float) -> float:
    return _TOP + (1 - efficiency) / (1 - _FLOOR) * (_HEIGHT - _TOP - _BOTTOM)
