"""Payout runs, payouts and the attempts to send them."""
