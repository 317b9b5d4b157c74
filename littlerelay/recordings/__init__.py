"""Makes events of what was recorded: webhooks in an archive, bare records, lines of other tools.

`kinds` is the table of what can be recognised. A run goes through three phases, each of which can
stop at any point: `reading` spills the lines into a `store` on disk, `mapping` makes the events of
one entity after the other, and `writing` gives them out in order of time.
"""
