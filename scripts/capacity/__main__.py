"""Prints what numbers of videos a day need: python -m scripts.capacity --per-day 10 1000 1000000."""

import argparse

from scripts.capacity.needs import Demand
from scripts.capacity.page import PER_DAY
from scripts.capacity.tables import costs_table, needs_table


def main() -> None:
    """Prints the costs and the needs."""
    usual = Demand(per_day=1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-day", type=float, nargs="+", default=PER_DAY, metavar="N")
    parser.add_argument("--seconds", type=float, default=usual.seconds, help="length of each video")
    parser.add_argument("--peak", type=float, default=usual.peak, help="busiest hour, relative to the mean")
    parser.add_argument("--load", type=float, default=usual.load, help="share of the time that workers work then")
    parser.add_argument("--days", type=float, default=usual.days, help="how long the stream keeps messages")
    parser.add_argument(
        "--speech", type=float, default=usual.speech, help="processor seconds a second of speech; 0 with cards"
    )
    options = vars(parser.parse_args())
    numbers = options.pop("per_day")
    print(costs_table(), end="\n\n")
    print(needs_table([Demand(per_day=number, **options) for number in numbers]))


if __name__ == "__main__":
    main()
