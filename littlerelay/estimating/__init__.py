"""Says what a backfill would bring and cost, from Shopify's counts and a sample of records.

Counts tell some events exactly: an order whose own time is in the period is one Order Completed.
For the others nothing counts, so a bounded number of records, spread over the history, is mapped as
a run would map them, and each stands for those around it.
"""
