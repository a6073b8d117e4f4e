"""Whether what a provider is about to be asked for fits into a project's budget."""

from typing import Final

from scenewire.errors import FailureCode, PermanentError

__all__ = ["MAX_PRICE", "MILLION", "require_affordable"]

MILLION: Final = 1_000_000
"""Tokens or characters that a price is for."""

MAX_PRICE: Final = 1_000_000_000
"""Highest price of a million tokens or characters, in any currency: messages can state what the longest answer costs."""


def require_affordable(
    what: str,
    estimate: float | None,
    *,
    budget: float | None,
    spent: float | None = 0.0,
    prices: str,
    instead: str,
) -> None:
    """Refuses what would exceed a budget, before a provider is asked.

    Args:
        what: what would cost that much, for the error: "the script".
        estimate: money; None if a price is not configured.
        budget: of the project; None has no limit.
        spent: money that the project has cost so far; None if it is unknown.
        prices: names of the settings that have the prices, for the error.
        instead: what costs less, for the error.

    Raises:
        PermanentError: `budget_exceeded`, or `price_unknown`.
    """
    if budget is None:
        return
    if estimate is None or spent is None:
        unknown = "no price of it is configured" if estimate is None else "what the project has cost so far is unknown"
        raise PermanentError(
            FailureCode.PRICE_UNKNOWN,
            f"the project has a budget of {budget:g}, but {what} cannot be estimated: {unknown}; the provider was not asked",
            hint=f"set {prices} (0 for a provider that charges nothing), or order without a budget",
        )
    if spent + estimate > budget:
        already = f", and {spent:.6g} is spent" if spent else "; nothing was spent"
        raise PermanentError(
            FailureCode.BUDGET_EXCEEDED,
            f"{what} would cost about {estimate:.6g}, the budget is {budget:g}{already}",
            hint=f"raise the budget, order a shorter video, or {instead}",
        )
