"""What happened in the ride, for whoever wants to follow it up after commit."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SupplyOrDemandChanged:
    """An escalation waits, an offer ended, a slot is free or an agent came online: worth a planning round."""
