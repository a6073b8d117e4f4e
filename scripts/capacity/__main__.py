"""Prints what numbers of videos a day need: python -m scripts.capacity --per-day 10 1000 1000000."""

import argparse
import math

from scripts.capacity.needs import Demand
from scripts.capacity.page import PER_DAY
from scripts.capacity.tables import costs_table, needs_table


def main() -> None:
    """Prints the costs and the needs; ends with 2 for a number out of range."""
    usual = Demand(per_day=1)
    parser = argparse.ArgumentParser(
        prog="python -m scripts.capacity",
        description="Prints what numbers of videos a day need; docs/scaling.md explains the tables.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--per-day", type=float, nargs="+", default=PER_DAY, metavar="N", help="videos a day")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="length of each video")
    parser.add_argument(
        "--peak", type=float, default=usual.peak, help="orders in the busiest hour, relative to the mean"
    )
    parser.add_argument(
        "--load", type=float, default=usual.load, help="share of that hour in which workers work, up to 1"
    )
    parser.add_argument("--days", type=float, default=usual.days, help="days for which the stream keeps messages")
    parser.add_argument(
        "--speech", type=float, default=usual.speech, help="processor seconds a second of speech; 0 with cards"
    )
    options = vars(parser.parse_args())
    numbers = options.pop("per_day")
    positive = [*numbers, options["seconds"], options["peak"], options["load"], options["days"]]
    if not (
        all(0 < number < math.inf for number in positive) and options["load"] <= 1 and 0 <= options["speech"] < math.inf
    ):
        parser.error("numbers must be greater than 0, --load at most 1; only --speech may be 0")
    print(costs_table(), end="\n\n")
    print(needs_table([Demand(per_day=number, **options) for number in numbers]))


if __name__ == "__main__":
    main()
