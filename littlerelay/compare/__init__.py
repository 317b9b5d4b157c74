"""Compares files of events by what each message names: what is new, changed, the same, gone.

Memory is bounded, and the order of lines does not matter. First every line of both sides becomes an
entry of fixed width: what it names, a hash of what it says, and where it lies. Entries are spread
over partitions on disk by what they name (`entries`, `partitions`). Then the partitions are matched
one after the other: equal hashes are the same; the few others are read once more, decoded and
compared (`matching`, `content`).
"""
