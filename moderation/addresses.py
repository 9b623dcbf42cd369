"""Postal addresses: where somebody lives, recognised by their build and never by one word alone.

    number + Name + kind of street      14 Larkfield Close · 22 Larkmill Ave Apt 3B · forty two Pennyfeather Avenue
    kind of street + Name + number      Calle Almendro 27 · Lindenstraße 12 · ul. Polna 8/4
    house + room, box, block and lot    Wren Hall room 318 · PO Box 1182 · Blk 4 Lot 12
    codes that name a street or a town  NW1 6XE · Dayton OH 45402

"5 weeks close to term", "room 4417" and "the 3 Peaks Walk" have the parts and not the build. What follows an address
(flat, town, code) belongs to it. In small letters a street needs words before it that say somebody is there.

`find` reads `plain` (case kept, accents folded: "ß" is "ss" and "º" is "o") and gives spans in it.
"""

from __future__ import annotations

import re

from moderation.digits import Span, starting

# What the prefilter listens for: a street in small letters or with its number in words is looked for only then.
STREET_CUES = (
    " street", " road", " lane", " close", " avenue", " drive", " court", " terrace", " yard", " row", " crescent",
    " grove", " gardens", " rise", " brae", " square", " place", " way", " bend", " hill", " green", " mews",
    " walk", " park",
)  # fmt: skip

# Parts of addresses that are not built number first. Each pattern is run only where one of its cues stands.
BUILD_CUES = (
    "rue ", "avenue", "boulevard", "allee", "chemin", "place ", "impasse", "quai", "route ", "calle", "c/",
    "avenida", "avda",
    "av. ", "plaza", "paseo", "carrer", "rua ", "travessa", "viale", "via ", "piazza", "corso", "praca",
    "strasse", "str.",
    "weg ", "platz", "gasse", "damm ", "ufer ", "straat", "laan", "plein", "gracht", "kade", "dijk", "ul.",
    "ulica", "ulicy", "al. ",
    "aleja", "os. ", "os.", "osiedle", "pl. ", "plac ", " box", "postbus", "postfach", "apartado", "blk", "block",
    "brgy", "barangay",
    "sector", "house no", "flat no", "plot no", "door no", "plot num", "h.no", "h no", "phase", "county ",
    "state r", "rural r", "old r",
    " hall", " house", " court", " lodge", " building", " tower", " residence",
)  # fmt: skip
# Kinds of street nobody mistakes for another word, and those that are one: the latter only with a capital letter.
_SURE = (
    r"street|road|rd|lane|ln|drive|avenue|ave|crescent|cres|terrace|boulevard|blvd|highway|hwy|parkway|pkwy|gardens|"
    r"grove|court|close|mews|turnpike|esplanade|causeway|yard|brae|wynd"
)
_STREET = (
    rf"(?:{_SURE}|st|dr|ct|cct|pl|place|way|hill|row|square|sq|parade|pde|walk|view|park|circle|cir|green|rise|quay|"
    r"wharf|alley|bend|steps|loop|trail|trl|pike|villas|cottages|buildings|fold|gate|vale|bank|mount|heights|ridge|"
    r"cove|glen|croft|garth|passage|arcade|broadway|embankment|crossing|run|path|common|meadows?|fields?|woods?|nagar|"
    r"marg|colony|layout|vihar|chowk|salai|county road)"
)
_CAPITAL = (
    rf"(?:{'|'.join(f'{part[0].upper()}{part[1:]}' for part in _STREET[3:-1].split('|'))}|{_STREET[3:-1].upper()})"
)
_NAME = r"(?!I\b|I')[A-Z][\w'.-]*"
# "the 5 Mile Walk", "12 Step Meeting Place": a number of these is a measure.
_MEASURE = (
    r"(?:days?|weeks?|months?|years?|hours?|hrs?|minutes?|mins?|seconds?|miles?|km|steps?|peaks?|times?|people|of|more|"
    r"in|to|or|and|at|on|am|pm|degrees|percent|pounds?|mg|ml|am|stone|others?|kids?|inches|feet|foot|ft|x|good|old|"
    r"long|different|minute|is|was|so|but|too)"
)
# The same with a capital letter: "Old Ferry Road" is a street, "3 Peaks Walk" is none.
_EVENT = (
    r"(?:Days?|Weeks?|Months?|Years?|Hours?|Minutes?|Miles?|Steps?|Peaks?|Percent|Pounds?|AM|PM|Stone|Kids?|Feet|Foot|"
    r"Angry)"
)
_TEENS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_SPELLED = rf"(?i:(?:{_TEENS})(?:[ -](?:and |hundred |hundred and )?(?:{_TEENS}|hundred)){{0,3}})"
_NUMBER = r"\d{1,5}[A-Za-z]?(?: 1/2)?(?:[-/]\d{1,4}[A-Za-z]?)?"
_UNIT = (
    r"(?:(?i:flat|apt|apartment|unit|room|suite|lot|house|shop|floor|block|blk)\.? ?(?:(?i:no)\.? ?)?#?"
    rf"(?:\d{{1,4}}[A-Za-z]?|[A-Z]|{_SPELLED}),? )?"
)
_POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}"
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|"
    "RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC|ON|QC|BC|AB|MB|SK|NS|NB|NL|PE|NSW|VIC|QLD|TAS|ACT|NT"
)
# What may follow a street: a flat, towns, a state, a code.
_FLAT = (
    r"(?:,? (?i:flat|apt|apartment|unit|suite|ste|floor|piso|puerta|no)\.? ?#?"
    rf"(?:\d{{1,4}}[A-Za-z]?|[A-Z]|{_SPELLED})\b|,? #\d{{1,4}})?"
)
_TOWN = rf"(?:{_NAME}(?: {_NAME}){{0,2}})"
_TAIL = (
    rf"{_FLAT}(?:,? \d{{5,6}}\b)?(?:, {_TOWN}(?=[ ,.!?;]|$)| in {_NAME}| {_NAME}(?= (?:{_STATES})\b|,|[.!?]|$|"
    rf" \d{{5}}\b)){{0,2}}"
    rf"(?:,? (?:{_STATES})\b)?(?:,? {_POSTCODE}\b|,? [A-Z]\d[A-Z] ?\d[A-Z]\d\b|,? \d{{4,6}}(?:-\d{{4}})?\b)?"
)

_NUMBERED = starting(
    r"\dFfAaUuRrSsLlHhBbNnPp",
    rf"\b{_UNIT}(?:(?i:number|no\.?|house no\.?|lot|plot|site|stand) )?{_NUMBER},? (?:[NSEW]\.? |(?i:north|south|"
    rf"east|west) )?"
    rf"(?!{_EVENT}\b)(?:{_NAME} ){{1,3}}{_CAPITAL}\b\.?{_TAIL}",
)
_COUNTY = re.compile(rf"\b\d{{1,5}} (?:County|State|Old|Rural) (?:Road|Route|Highway|Hwy|Rte) \d{{1,4}}\b{_TAIL}")
_WORDED = starting(
    "NnOoTtFfSsEe",
    rf"\b(?:(?i:number|no\.?) )?(?i:{_TEENS})\b(?:(?<=[a-z])[ -](?:and |hundred |hundred and )?"
    rf"(?i:{_TEENS}|hundred)){{0,3}} (?!{_EVENT}\b)(?:{_NAME} ){{1,3}}{_CAPITAL}\b{_TAIL}",
)
_CALLED = re.compile(
    rf"(?i)\b(?:house )?(?:number|no\.) (?:{_SPELLED}|{_NUMBER}) (?!{_MEASURE}\b)(?:[a-z'.-]+ ){{1,2}}(?:{_SURE})\b"
)
_SAID = starting(
    "lsaiwhtncmpd",
    r"(?i)\b(?:liv(?:e|es|ed|ing) (?:at|on)|stay(?:s|ing)? (?:at|on)|address(?: is|'s|:)?|(?:i|we|she|he|they|it|nan|"
    r"mum|dad)"
    r"(?:'?m|'?re|'?s| am| are| is)(?: at)?|come (?:round|over|by|to)(?:,? it'?s)?|meet(?:ing)? (?:me |is |us )?at|"
    r"(?:send|post|mail|deliver|ship)(?: \w+){0,4} to|pick(?: \w+)? up (?:from|at)|collect(?: \w+){0,2}(?: from| at)?|"
    r"moved (?:in)?to|is at|we'?re at) "
    rf"(?P<place>{_UNIT}(?:{_NUMBER}|{_SPELLED}),? (?!{_MEASURE}\b)(?:(?!{_MEASURE}\b)[a-z'.-]+ ){{1,3}}(?:{_SURE})\b"
    rf"(?:,? (?:flat|apt|unit) ?\d{{1,4}}[a-z]?\b)?)",
)
_ROOM = re.compile(
    rf"\b(?:{_NAME} ){{1,2}}(?:Hall|House|Court|Lodge|Building|Block|Tower|Halls|Residence)(?: of Residence)?,? "
    rf"(?i:room|flat|rm|apt|apartment|unit|door) #?\d{{1,4}}[A-Za-z]?\b(?:, (?:{_NAME} ){{0,3}}"
    r"(?:College|University|Hall(?: of Residence)?|Campus|House|School)\b)?"
)
_COTTAGE = re.compile(
    rf"\b(?:The )?{_NAME}(?: {_NAME})?, (?:{_NAME} ){{1,2}}(?:Lane|Road|Street|Close|Drive|Avenue|Hill), {_TOWN}"
)
# What every address that begins with its number has: the number, and a name with a capital letter behind it.
_MAYBE = re.compile(r"\d[A-Za-z]?,? (?:[a-z]+ )?[A-Z]")
# What a street in words or in small letters has at least.
_CAPPED = re.compile(rf" {_CAPITAL}\b")
_NUMBERED_SMALL = starting(
    r"\dotfsenh", rf"(?i)(?:\d[\w/-]*|\b(?:{_TEENS}|hundred)),? (?:[a-z'.-]+ ){{1,3}}(?:{_SURE})\b"
)
_ZIPPED = re.compile(r"[A-Z],? \d{5}")
_BOX = re.compile(rf"\b(?i:p\.? ?o\.? ?box|po ?box|postbus|postfach|apartado) \d{{1,6}}\b{_TAIL}")
_LOT = re.compile(
    rf"\b(?i:blk|block)\.? ?\d{{1,3}},? (?i:lot) ?\d{{1,3}}\b(?:,? {_TOWN}){{0,3}}|\b(?i:brgy|"
    rf"barangay)\.? {_TOWN}(?:, {_TOWN})?"
)
_PLOT = re.compile(
    rf"\b(?i:house|flat|plot|door|h)\.? ?(?i:no|number)\.? ?[\dA-Z][\w/-]{{0,7}},? (?:{_NAME},? ){{1,3}}"
    rf"(?:{_CAPITAL}|Cross|Phase|Sector|Main)\b(?:,? (?:Sector|Phase) \d+)?{_TAIL}|"
    rf"\bSector \d{{1,3}},? {_TOWN}(?:,? \d{{6}})?"
)
_ROMANCE = starting(
    r"\dCcAaPpRrTtVv",
    r"\b(?:\d{1,4},? (?i:bis |ter )?(?:rue|avenue|boulevard|bd|allee|chemin|place|impasse|quai|route)"
    rf" (?:(?:de la|de l'|des|du|de|d'|le|la) ?)?{_NAME}(?: {_NAME}){{0,2}}(?:,? \d{{5}}(?: {_NAME})?)?|"
    r"(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.?|[Aa]v\.|[Pp]laza|[Pp]aseo|[Cc]arrer|[Rr]ua|[Tt]ravessa|[Vv]iale|Via|"
    r"[Pp]iazza|[Cc]orso|[Pp]raca)"
    rf" (?:(?:de la|de los|de las|del|de|das|dos|da|do|della|dei|la|el) )?{_NAME}(?: (?:(?:de|del|la|y|da|do|das|"
    rf"dos) )?{_NAME}){{0,3}},? "
    r"(?:n[o.]{0,2} ?|#|No\. ?|num\.? ?)?\d{1,4}[A-Za-z]?\b(?:,? \d{1,2}[oa]?\.? ?(?:[A-Z]\b|izq\w*|dcha\w*|derecha|"
    r"esquerdo|direito|izquierda))?"
    rf"(?:,? (?:Col(?:onia|\.) {_TOWN}|(?:C\.?P\.? ?)?\d{{4,5}}(?:-\d{{3}})?(?: {_NAME})?|{_TOWN})){{0,3}})",
)
_GERMANIC = re.compile(
    r"\b(?:[A-Z][a-z]{2,}(?:strasse|str\.|weg|platz|allee|gasse|damm|ufer|straat|laan|plein|gracht|kade|dijk)|"
    r"[A-Z][\w-]+(?:er|-)(?: |-)(?:Strasse|Str\.|Weg|Platz|Allee|Ring)|(?:Am|An der|Im|Auf dem|"
    r"Zum) [A-Z][a-z]+(?:weg|berg|platz|hof)) "
    rf"\d{{1,4}} ?[a-z]?\b(?:,? \d{{4,5}}(?: [A-Z]{{2}})?(?: {_NAME})?|, {_NAME})?"
)
_SLAVIC = re.compile(
    rf"\b(?i:ul\.|ulica|ulicy|al\.|aleja|os\.|osiedle|pl\.|"
    rf"plac) ?{_NAME}(?: {_NAME}){{0,2}} \d{{1,4}}[A-Za-z]?(?:/\d{{1,4}})?"
    rf"(?: ?m\.? ?\d{{1,4}})?(?:,? \d\d-\d{{3}})?(?:,? {_NAME})?"
)
_CODE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|(?i:\b(?:postcode|post code|zip|zip code|eircode)(?: is|'s|:)? ?)"
    r"(?P<code>(?i:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|\d{5}|[a-z]\d[\dw] ?[a-z\d]{4}))\b"
)
_CITY = re.compile(rf"\b{_NAME}(?: {_NAME})?,? (?:{_STATES}),? \d{{5}}(?:-\d{{4}})?\b")

_BUILT = (_COUNTY, _ROOM, _BOX, _LOT, _PLOT, _ROMANCE, _GERMANIC, _SLAVIC)


def find(text: str, *, figures: bool, words: bool, built: bool, street: bool) -> list[Span]:
    """Addresses in `text`. `figures`: it has digits; `words`: number words; `built`: one of BUILD_CUES; `street`: one
    of STREET_CUES.
    """
    forms: list[re.Pattern[str]] = []
    if figures:
        forms += _BUILT if built else ()
        forms += (_NUMBERED,) if _MAYBE.search(text) else ()
        forms += (_CITY,) if _ZIPPED.search(text) else ()
    if street and _CAPPED.search(text):
        forms += (_WORDED,) if words else ()
        forms += (_COTTAGE,) if ", " in text else ()
    found: list[Span] = [("contact.address", *match.span()) for form in forms for match in form.finditer(text)]
    if street and (figures or words) and _NUMBERED_SMALL.search(text):
        found += [("contact.address", *match.span()) for match in _CALLED.finditer(text)]
        found += [("contact.address", *match.span("place")) for match in _SAID.finditer(text)]
    if figures:
        found += [("contact.address", *match.span("code" if match["code"] else 0)) for match in _CODE.finditer(text)]
    return found
