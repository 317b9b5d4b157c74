"""Proves that files of events hold what a shop holds, to the cent.

Both sides go into books on disk (`books`): what the files tell of orders, refunds, fulfillments and
customers (`given`), and what Shopify itself says of them, by a query of its own (`expected`). A
fact has one messageId, made of the shop, the record and the fact, so each is found on the other
side by that alone: what is missing, what is there in excess and what differs is named one by one
(`judging`), and no difference hides behind another of the opposite sign. What a rule explains is
told with the rule; the rest is a fault. `scope` says what the files may be held to at all.
"""
