"""Bank accounts however they are told: IBANs, sort codes, BSB, IFSC, cards beside the word "card".

    shape of its own          IBAN of a known length, sort code and account side by side, IFSC
    a word of banks beside it  account, acct, sc, BSB, routing, Konto, cuenta, compte …

`digits.cards` finds what carries check digits; people mistype, and a wrong digit leads to somebody too, so what has
the build and the company is an account without them.

`find` reads `plain` (case kept) and gives spans in it. The patterns are RE2: no text makes one slow.
"""

from __future__ import annotations

import re

import re2

from moderation.digits import Span
from moderation.gates import Matcher

# How many signs an IBAN of a country has (ISO 13616).
_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BA": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22,
    "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
    "UA": 29,
}  # fmt: skip
_IBAN = re2.compile(rf"\b(?i:{'|'.join(_LENGTHS)})\d\d(?:[ .-]?[A-Z0-9]){{11,30}}")
_SIGNS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SORT = r"\d\d(?:[-–./ ]\d\d){2}"
_SAYS = r"(?:\W{0,3}\b(?:and|acc\w*|a/c|acct|account|number|num|no|nr|sc|s/c|sort|code|is|the)\b){0,4}\W{0,4}"
_PAIR = re2.compile(
    rf"(?i)\b\d\d([-–]\d\d){{2}}{_SAYS}\d{{4}} ?\d{{3,4}}\b|\b\d{{4}} ?\d{{4}}{_SAYS}\d\d([-–]\d\d){{2}}\b"
)
_SORTED = re2.compile(
    rf"(?i)\b(?:sort ?code|sort|s/?c|sc)\b\W{{0,3}}(?:(?:number|no|is|it'?s)\b\W{{0,2}}){{0,2}}({_SORT}|\d{{6}})\b"
)
_KNOWN = (
    r"account|acct|acc|acnt|a/c|konto(?:nummer|nr)?|kto|blz|cuenta|clabe|cbu|compte|rib|conta|agencia|conto|iban|"
    r"routing|"
    r"transit|aba|bsb|rekening|konta"
)
# A date or a price is near an account too: so many digits in a row, or groups of four, are neither.
_NUMBERED = re2.compile(
    rf"(?i)\b(?:{_KNOWN})\b\W{{0,3}}(?:(?:number|num|no|nr|code|is|it'?s|es|ist|est|e|the|name)\b\W{{0,3}}){{0,3}}"
    r"(\d{6,24}|\d{3,6}(?:[ -]\d{3,6}){1,4})\b"
)
_BSB = re2.compile(r"(?i)\bbsb\b\W{0,3}(?:(?:number|no|code|is|it'?s)\b\W{0,2}){0,2}(\d{3}[- ]?\d{3})\b")
_IFSC = re2.compile(r"\b[A-Z]{4}0[A-Z]{0,2}\d{4,6}\b")
_SWIFT = re2.compile(
    r"(?i:\b(?:swift|bic)\b\W{0,3}(?:(?:code|is)\b\W{0,2}){0,2})([A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)\b"
)
_UPI = re2.compile(r"(?i)\b[\w.-]{2,40}@(?:ok(?:sbi|axis|icici|hdfcbank)|ybl|ibl|axl|apl|upi|paytm|pthdfc)\b")
_CARD = re2.compile(
    r"(?i)\b(?:card|visa|mastercard|debit|amex|maestro)\b[^\d\n]{0,40}(\d{4}(?:[ -]?\d{4}){3}|"
    r"\d{4}[ -]?\d{6}[ -]?\d{5})\b"
)
_SECRET = re2.compile(r"(?i)\b(?:cvv|cvc|cv2)\b\W{0,3}(?:(?:code|number|is)\b\W{0,2}){0,2}(\d{3,4})\b")
# What each of them has: more figures than a date or a price, mostly; most texts have none of it.
_MAYBE = re.compile(r"\d{6}|\d\d[-–./ ]\d\d[-–./ ]\d\d|\d{3}[ -]\d{3}|[A-Za-z]{2}\d\d|[Cc][Vv]|[A-Z]{4}0")
_FORMS = (_PAIR, _SORTED, _NUMBERED, _BSB, _IFSC, _SWIFT, _CARD, _SECRET)


def find(text: str) -> list[Span]:
    """Accounts and cards in `text`, which has a digit in it."""
    if not _MAYBE.search(text):
        return []
    spans = [span for form in _FORMS for span in _spans(form, text)]
    return [("contact.card", start, end) for start, end in (*spans, *_ibans(text))]


def upi(text: str) -> list[Span]:
    """Addresses money is sent to ("name@okaxis"); `text` has an "@" in it."""
    return [("contact.card", *match.span()) for match in _UPI.finditer(text)]


def _spans(form: Matcher, text: str) -> list[tuple[int, int]]:
    group = 0 if form is _PAIR or not form.groups else 1
    return [match.span(group) for match in form.finditer(text)]


def _ibans(text: str) -> list[tuple[int, int]]:
    """Those whose length is their country's; what is written behind one with a capital letter is none of it."""
    found = []
    for match in _IBAN.finditer(text):
        start, end = match.span()
        places = [place for place in range(start, end) if text[place].upper() in _SIGNS]
        long = _LENGTHS[text[start : start + 2].upper()]
        if len(places) < long:
            continue
        last = places[long - 1] + 1
        if not text[last : last + 1].isalnum() and sum(text[place].isdigit() for place in places[:long]) * 2 > long:
            found.append((start, last))
    return found
