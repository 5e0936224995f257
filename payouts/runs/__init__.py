"""Payout runs: from what is owed to what a bank has settled. Each module decides one step; none trusts the one before.

Locks, in this order everywhere: run, payouts, attempts (by id), then the agents' ledger accounts (by name).
"""
