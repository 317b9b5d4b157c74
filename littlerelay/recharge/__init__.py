"""Reads what Recharge tells of subscriptions: its webhooks, and the history that its API gives."""
