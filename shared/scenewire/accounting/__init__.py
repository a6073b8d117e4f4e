"""What the handling of a message uses: accounts, and metrics of what is charged to them."""

from scenewire.accounting.account import (
    Account,
    charge,
    charge_provider,
    current_account,
    measure_threads,
    not_accounted,
)

__all__ = ["Account", "charge", "charge_provider", "current_account", "measure_threads", "not_accounted"]
