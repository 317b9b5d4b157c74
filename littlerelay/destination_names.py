"""Knows names of Segment's destinations, to find one that is misspelt.

Segment takes any name in ``integrations`` and answers 200: a name that it does not know switches
nothing. There are hundreds, and new ones every month, so a name that is not here may be right.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from littlerelay import ages

_KNOWN = frozenset({limit.destination for limit in ages.LIMITS}) | {
    *("All", "Segment.io"),
    *("ActiveCampaign", "Actions Amplitude", "Amplitude", "Amplitude (Actions)", "Appcues"),
    *("AppsFlyer", "Adjust", "Attentive Mobile", "Attentive", "Braze Cloud Mode (Actions)"),
    *("Braze Web Mode (Actions)", "Blueshift", "CleverTap", "Customer.io", "Criteo"),
    *("Customer.io (Actions)", "Drip", "Facebook Pixel", "Facebook Conversions API (Actions)"),
    *("FullStory", "Friendbuy", "Gainsight", "Google Ads Conversions", "Google Analytics"),
    *("Google Analytics 4 Cloud", "Google Analytics 4 Web", "Google Tag Manager", "Heap"),
    *("Hotjar", "HubSpot", "HubSpot Cloud Mode (Actions)", "Impact Partnership Cloud"),
    *("Intercom", "Iterable", "Klaviyo", "Klaviyo (Actions)", "Kustomer", "Listrak"),
    *("Mailchimp", "Mixpanel", "Mixpanel (Actions)", "MoEngage", "Omnisend", "Optimizely"),
    *("Ortto", "Pinterest Conversions API", "Podscribe", "Reddit Conversions API"),
    *("Sailthru", "Salesforce", "Salesforce Marketing Cloud", "SendGrid", "Slack"),
    *("TikTok Conversions", "Twilio", "Vero", "Webhooks", "Webhooks (Actions)", "Yotpo"),
    *("Zendesk", "Zapier"),
}
_ALIKE = 0.85  # of letters in the same order, from which on a name is a slip of the other
_LONGER = 2  # letters by which a slip may differ in length


def slip(names: Iterable[str]) -> tuple[str, str] | None:
    """Give a name that is one of Segment's but for a slip, and the one that is meant.

    There is none where the right name stands among them: then both are meant.
    """
    given = list(names)
    for name in given:
        near = None if name in _KNOWN else _nearest(name)
        if near is not None and near not in given and _is_slip(name, near):
            return name, near
    return None


def unknown(names: Iterable[str]) -> dict[str, str | None]:
    """Give the names that are not known here, each with one that may be meant."""
    return {name: _nearest(name) for name in names if name not in _KNOWN}


def _nearest(name: str) -> str | None:
    by_case = {one.casefold(): one for one in sorted(_KNOWN)}
    near = get_close_matches(name.casefold(), by_case, n=1)
    return by_case[near[0]] if near else None


def _is_slip(name: str, known: str) -> bool:
    ratio = SequenceMatcher(None, name.casefold(), known.casefold()).ratio()
    return ratio >= _ALIKE and abs(len(name) - len(known)) <= _LONGER
