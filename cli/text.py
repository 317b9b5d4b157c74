"""Makes text of values: names that cannot drive a terminal, and figures that read at a glance."""

from __future__ import annotations

import re

# Letters by their class, but drawn as nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
# Shopify's tokens and client secrets all begin so (shpat_, shpca_, shpss_ ...), and Recharge's.
_SECRET = re.compile(r"(shp[a-z]{2,3}_|sk_[0-9]x[0-9]_)[0-9A-Za-z]+")
_TYPES = ("identify", "alias", "page", "screen", "group")
_UNITS = ("B", "kB", "MB", "GB", "TB")


def clean(text: str) -> str:
    r"""Show what a terminal would obey or hide as escapes, and blot out what looks like a secret.

    That is: control characters (C0, DEL, C1), line ends, bidirectional marks, characters of no
    width, lone surrogates.

    >>> clean("Ada\x1b[2J")
    'Ada\\x1b[2J'
    """
    shown = "".join(
        char if char.isprintable() and char not in _BLANK else _escaped(char) for char in text
    )
    return _SECRET.sub(r"\1***", shown)


def clean_lines(text: str) -> str:
    """Clean a text whose line ends are our own, such as a traceback."""
    return "\n".join(clean(line) for line in text.split("\n"))


def event(name: str) -> str:
    """Write the name of an event; what has none goes by its type, as settings name it.

    >>> event("identify"), event("Order Completed")
    ('Identify', 'Order Completed')
    """
    return clean(name.capitalize() if name in _TYPES else name)


def count(number: int) -> str:
    """Write a number of things.

    >>> count(12400)
    '12,400'
    """
    return f"{number:,}"


def size(octets: float) -> str:
    """Write a number of bytes, in powers of 1,000.

    >>> size(22_140_000)
    '22.1 MB'
    """
    unit = 0
    while octets >= 999.95 and unit < len(_UNITS) - 1:
        octets, unit = octets / 1000, unit + 1
    return f"{octets:.1f} {_UNITS[unit]}" if unit else f"{octets:.0f} B"


def dated(moment: str, since: str | None, why: str = "an Alias or another state") -> str:
    """Write when something is dated, and say why where that is before the period.

    >>> dated("2015-08-14T00:55:46.000Z", "2023-01-01T05:00:00Z")
    '2015-08-14T00:55:46.000Z (before the period: an Alias or another state)'
    """
    if since is None or moment[:19] >= since[:19]:
        return moment
    return f"{moment} (before the period: {why})"


def duration(seconds: float) -> str:
    """Write a span of time.

    >>> duration(276), duration(7500), duration(8)
    ('4m36s', '2h05m', '8s')
    """
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s" if minutes else f"{rest}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m"


def age(seconds: int) -> str:
    """Write a limit of age as its destination does: in hours up to three days, else in days.

    >>> age(259_200), age(604_800)
    ('72 hours', '7 days')
    """
    return f"{seconds // 3600} hours" if seconds <= 72 * 3600 else f"{seconds // 86_400} days"


def period(since: str, until: str, new_since: str | None) -> str:
    """Say which facts a run gives."""
    if new_since:
        return f"what is new since {new_since}, up to {until}"
    return f"{since} to {until}"


def so_far(read: int, total: int | None) -> str:
    """Say how much of a total is read; where nothing was counted, none is known.

    >>> so_far(12_400, 98_000), so_far(12_400, 0), so_far(0, 0)
    ('12,400 of 98,000 (12%)', '12,400', '0 of 0 (100%)')
    """
    if total is None or (read and not total):
        return count(read)
    return f"{count(read)} of {count(total)} ({share(read, total)})"


def share(part: int, whole: int) -> str:
    """Write a part of a whole; 100 % is only said of all of it.

    >>> share(12_400, 98_000), share(97_999, 98_000)
    ('12%', '99%')
    """
    return f"{min(100, 100 * part // whole)}%" if whole else "100%"


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
