"""Reads what a storefront's scripts left in the note attributes of an order, a checkout or a cart.

They leave there who the visitor was to Segment and to other destinations, and cookies.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from typing import Any, TypeAlias

from littlerelay.events import COOKIE_TRAIT
from littlerelay.records import Noted
from littlerelay.settings import Mapping

Notes: TypeAlias = MappingABC[str, str | None]

# Note attribute, with or without a leading underscore; the destination and its option.
_CLIENT_IDS = (
    ("google-clientID", "_google-clientID", "Google Analytics", "clientId"),
    ("ga4session-clientID", "_ga4session-clientID", "Google Analytics", "sessionId"),
    ("fbp-clientID", "_fbp-clientID", "Facebook Pixel", "fbp"),
    ("fbc-clientID", "_fbc-clientID", "Facebook Pixel", "fbc"),
    ("ttp-clientID", "_ttp-clientID", "TikTok Pixel", "ttp"),
    ("ttclid-clientID", "_ttclid-clientID", "TikTok Pixel", "ttclid"),
)

# What a broken storefront script writes instead of an id. Segment advises to block these: they
# would make one person of all its visitors.
is_no_id = re.compile(r"\s*(?:[0-]*|-1|anonymous|null|none|undefined)\s*", re.IGNORECASE).fullmatch
_is_integer = re.compile(r"\d{1,18}", re.ASCII).fullmatch


def notes_of(record: Noted) -> Notes:
    """Give a record's note attributes by name."""
    attributes = record.get("note_attributes")
    return {note["name"]: note["value"] for note in attributes} if attributes else {}


def recovered_id(notes: Notes, mapping: Mapping) -> str | None:
    """Give the first anonymous id among the attributes that the settings name, in their order."""
    return _first(notes, mapping.anonymous_id_attributes)


def cookies_of(record: Noted, mapping: Mapping) -> dict[str, str]:
    """Give the cookies that the shop chose to track, as traits: ``littledata_<cookie>``."""
    if not mapping.cookies_to_track:
        return {}
    notes = notes_of(record)
    names = [COOKIE_TRAIT + cookie for cookie in mapping.cookies_to_track]
    return {name: value for name in names if (value := notes.get(name))}


def integrations_of(notes: Notes, mapping: Mapping) -> dict[str, Any] | None:
    """Give what the run was told, and the client ids of destinations that are on.

    Segment reads an object as "on", so an id must not stand for a destination that is off.
    """
    told = dict(mapping.integrations)
    found = _client_ids(notes, mapping) if notes else {}
    on = {name: ids for name, ids in found.items() if told.get(name, told.get("All", True))}
    return {**told, **on} or None


def _client_ids(notes: Notes, mapping: Mapping) -> dict[str, dict[str, str | int]]:
    found: dict[str, dict[str, str | int]] = {}
    for name, underscored, destination, option in _CLIENT_IDS:
        if value := _first(notes, (name, underscored)):
            found.setdefault(destination, {})[option] = value
    if braze := _first(notes, mapping.braze_keys):
        found["Braze"] = {"braze_id": braze}
    session = _first(notes, mapping.amplitude_keys)
    if session and _is_integer(session):
        found["Actions Amplitude"] = {"session_id": int(session)}
    return found


def _first(notes: Notes, names: tuple[str, ...]) -> str | None:
    """Give the value of the first of these attributes that holds an id."""
    for name in names:
        value = notes.get(name)
        if value is not None and not is_no_id(value):
            return value
    return None
