"""The money: accounts, the ledger's postings, frozen facts, pay plans, disputes and payout runs.

What may never happen is refused by the database itself, see the migrations. Amounts are integers in the currency's
minor unit.
"""

from payouts.models.corrections import Correction
from payouts.models.disputes import Clawback, Debt, Dispute, Hold, Recovery
from payouts.models.ledger import (
    CURRENCY_CODE,
    Account,
    ArchivedPosting,
    Archiving,
    ClosingBalance,
    LedgerAudit,
    Movement,
    Night,
    Period,
    Posting,
)
from payouts.models.plans import EarningFact, PayPlan, PlanDraft, UnitPool, UnitsDue
from payouts.models.runs import (
    BankEntry,
    CashOutMandate,
    Payout,
    PayoutAttempt,
    PayoutBatch,
    PayoutDestination,
    PayoutFile,
    PayoutRun,
    ProviderEvent,
)
from payouts.models.surges import SurgeBudget, SurgeReservation
from payouts.models.tips import TipPayment

__all__ = [
    "CURRENCY_CODE",
    "Account",
    "ArchivedPosting",
    "Archiving",
    "BankEntry",
    "CashOutMandate",
    "Clawback",
    "ClosingBalance",
    "Correction",
    "Debt",
    "Dispute",
    "EarningFact",
    "Hold",
    "LedgerAudit",
    "Movement",
    "Night",
    "PayPlan",
    "Payout",
    "PayoutAttempt",
    "PayoutBatch",
    "PayoutDestination",
    "PayoutFile",
    "PayoutRun",
    "Period",
    "PlanDraft",
    "Posting",
    "ProviderEvent",
    "Recovery",
    "SurgeBudget",
    "SurgeReservation",
    "TipPayment",
    "UnitPool",
    "UnitsDue",
]
