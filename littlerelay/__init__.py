"""Brings a Shopify shop's whole history to Segment, and can prove that it did.

One way leads through the house:

    source -> pages of records -> mapper -> events -> NDJSON file -> byte ranges -> Segment

Its levels, top first; imports point down only:

    jobs                                             the public API: backfill, replay, diff
    pipeline runs report compare reconcile ...       the loop, and what looks at its results
    shopify recharge segment files mappers           the parts, strangers to each other
    records events settings checkpoint http ...      what they share
    errors                                           what can go wrong, and what to do next

The library prints nothing: jobs yield progress values and raise errors. The `relay` command, which
draws them, is a package of its own (the folder `cli`).
"""

__version__ = "0.1.0"
