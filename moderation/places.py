"""Addresses of rarer builds: what `addresses.py` has no form for, in villages, blocks, and other languages.

    number + Name + rare kind          16 Dykehead Loan · 7 The Paddock · 33 Ropewalk · 1½ Candle Alley
    words for the number               thirty one B, Sandpiper Walk
    room or lot +                Room 214, Seaview Lodge · Lot 9 Wirrabilla Track · Cabin 4, Pinewater Holiday Park
    house + lane, no number            The Old Forge, Gorse Lane, Little Ashby
    where two streets meet             the corner of Salter Row and 3rd Avenue
    other languages                    Am Muehlgraben 4a · 17 Rue des Alouettes · 4 Heol Dderw · Rua das Amoras 62

Kinds that are words of other things too (farm, point, water) need words before them that say somebody is there. Every
name begins with a capital letter here: in small letters an address is found by what `addresses.py` asks for.

`find` reads `plain` (case kept, accents folded) and gives spans in it. The patterns are RE2: no text makes one slow.
"""

from __future__ import annotations

import re

import re2

from moderation.digits import Span

# Kinds of street that are one wherever a number and a name stand before them.
_WORDS_OF_KINDS = (
    "street road rd lane ln drive dr avenue ave crescent cres terrace boulevard blvd gardens gdns grove court crt "
    "ct close cl mews turnpike esplanade causeway yard brae wynd st place pl way hill row square sq parade pde "
    "walk view park circle cir green rise quay wharf alley bend trail villas cottages buildings fold vale mount "
    "heights ridge cove glen croft garth passage arcade embankment crossing meadow meadows loan track vennel pend "
    "ginnel snicket glebe boreen bothy brow nook dell dene chase drove spinney copse orchard orchards paddock "
    "paddocks strand mead leas lea leys holt hollow knoll haven promenade prom terr mansions estate precinct "
    "ropewalk lonnen gait colony layout nagar chowk freeway highway hwy parkway pkwy byway bypass mall"
)
_KINDS = _WORDS_OF_KINDS.split()
# Those that are one behind words that say somebody is there.
_WORDS_OF_LOOSE = (
    "farm mill cross corner corners bridge water end beach shore front harbour dock field fields common heath moor "
    "forge barn barns cottage lock village hostel shelter refuge camp marina centre rectory vicarage manse "
    "lodge house tower towers point link links loop steps side bank wood woods gate pass crest plaza grange apartments "
    "flats"
)
_LOOSE = _WORDS_OF_LOOSE.split()
_WORDS_OF_HOUSES = (
    "house lodge court hall hostel hotel tower towers heights building buildings point mansions apartments shelter "
    "refuge inn wing residence halls gardens villas quarters park cottage cottages barn farm forge mill rectory "
    "vicarage manse grange manor box chapel school cabin bungalow flats estate marina site campus camp village croft "
    "gatehouse boathouse coach-house track road lane street close way"
)
_HOUSES = _WORDS_OF_HOUSES.split()


def _capped(words: list[str]) -> str:
    return "|".join(sorted({f"{word[0].upper()}{word[1:]}" for word in words}, key=len, reverse=True))


_NAME = r"[A-Z][\w'.-]+"
# Days, measures and things that are counted: "3 Peaks Walk", "12 Step House", "Week 5 Group Hall".
_COUNTS = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december day days week weeks month months year years hour hours minute minutes mile "
    "miles step steps peak peaks percent pound pounds am pm stone kid kids feet angry covid christmas "
    "easter i i'm"
)
_NO_NAME = frozenset(_COUNTS.split())
_UNITS = (
    r"(?i:flat|apt|apartment|appt|unit|room|rm|suite|lot|plot|pitch|berth|cabin|caravan|chalet|bay|door|studio|bedsit|"
    r"house|villa|block|blk|tower|floor|fl|level|wing|stand|site|bed|ward|lane|gali|phase|sector|"
    r"h\.? ?no\.?)\.? ?(?:(?i:no|number)\.? ?)?#?"
)
_TEENS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred"
)
_NUMBER = r"\d{1,4}(?:[½¼¾]| ?1/2)? ?[A-Za-z]?(?:[-/]\d{1,4}[A-Za-z]?)?"
_THERE = (
    r"(?i:\b(?:at|to|on|from|is|are|it'?s|its|in|i'?m|im|we'?re|live|address|mine|home|place|here|opposite|digs|warm)\b"
    r"(?:'s| is|:)?[ ,:.]{1,3})"
)
# What follows a street and is of it: a flat, a floor, a postcode. A town is looked for apart.
_TAIL = (
    r"(?:,? (?i:flat|apt|apartment|appt|unit|suite|floor|no|bat|esc|piso|puerta)\.? ?#?\d{1,4}[A-Za-z]?|"
    r",? \d?\d(?:st|nd|rd|th|o|er) (?i:floor|etage|andar|piso))?(?:,? [A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})?"
)
_TOWN = re2.compile(
    rf"((?:, {_NAME}(?: {_NAME}){{0,2}}){{1,2}}(?:,? (?:\d{{4,6}}|[A-Z]{{2,3}} \d{{4,5}}))?)(?:[ ]?[,.!?;)]|$)"
)

_STREET = re2.compile(
    rf"(?:{_UNITS}(?:\d{{1,4}}[A-Za-z]?|[A-Z]),? )?\b{_NUMBER},? (?:{_NAME} ){{1,3}}"
    rf"(?:{_capped(_KINDS)})\b{_TAIL}"
)
_THE = re2.compile(rf"\b{_NUMBER},? The (?:{_capped(_KINDS + _LOOSE)})\b{_TAIL}")
_ALONE = re2.compile(
    rf"{_THERE}({_NUMBER} (?:Esplanade|Strand|Promenade|Broadway|Causeway|Embankment|Mall|Ropewalk|"
    r"[A-Z][a-z]{2,9}(?:walk|gate|wynd|brae|side|croft|field|fields|bank|row|lane|street|way|wood|cote|garth|market))"
    rf"\b{_TAIL})|, ({_NUMBER} (?:Esplanade|Strand|Promenade|Broadway|Ropewalk))\b"
)
_LOOSER = re2.compile(
    rf"{_THERE}({_NUMBER},? (?:{_NAME} ){{1,3}}(?:{_capped(_LOOSE)})\b{_TAIL})|"
    rf"{_THERE}({_NUMBER} (?:Old|New|Upper|Lower|East|West|North|South|Little|Great|High) {_NAME})\b"
)
_WORDED = re2.compile(
    rf"\b(?i:{_TEENS})(?:[ -](?:and )?(?i:{_TEENS})){{0,3}}(?: ?[A-Z]\b)?"
    rf",? (?:{_NAME} ){{1,3}}(?:{_capped(_KINDS)})\b{_TAIL}"
)
_UNIT = re2.compile(
    rf"\b(?:{_UNITS}(?:\d{{1,4}}[A-Za-z]?|[A-Z])\b(?:/\d{{1,3}})?,? ){{1,4}}(?:{_NAME} ){{1,3}}"
    rf"(?:{_capped(_HOUSES + _KINDS + ['colony', 'nagar', 'vihar', 'enclave'])})\b(?:,? {_UNITS}\d{{1,3}}\b)?"
    rf"(?:, (?:\d{{1,4}}[A-Za-z]? )?(?:{_NAME} ){{0,3}}(?:{_capped(_KINDS)})\b)?{_TAIL}"
)
_FLAT = re2.compile(rf"\b{_UNITS}\d{{1,4}}[A-Za-z]?(?:/\d{{1,3}})?, {_NUMBER} {_NAME}\b{_TAIL}")
_ON = re2.compile(rf"\b(?i:number|no\.?) {_NUMBER} (?i:on|in|of) (?:{_NAME} ){{1,2}}(?:{_capped(_KINDS)})\b{_TAIL}")
_HOUSE = re2.compile(
    rf"\b(?:The )?(?:{_NAME} ){{1,3}}(?:{_capped(_HOUSES)}), (?:{_NAME} ){{1,2}}"
    rf"(?:Lane|Road|Street|Close|Drive|Avenue|Hill|Row|Way|Terrace|Walk|Green|Place|Rise|Square|Track|Brae|"
    rf"Wynd)\b{_TAIL}"
)
_CORNER = re2.compile(
    r"(?:the )?\b(?i:junction|corner|crossing|intersection) of (?:the )?"
    rf"(?:(?:[A-Z\d][\w'.-]* ){{1,3}}(?:{_capped(_KINDS)}) (?:and|&|"
    rf"with) (?:the )?(?:[A-Z\d][\w'.-]* ){{0,2}}[A-Z\d][\w'.-]*|"
    rf"[A-Z\d][\w'.-]* (?:and|&) (?:\d+(?:st|nd|rd|th)\b|[A-Z\d][\w'.-]* (?:{_capped(_KINDS)})\b))"
    r"(?:, (?:the )?(?:house|flat|door|building)(?: \w+){1,5})?"
)
_GERMAN = re2.compile(
    r"\b(?:(?:Am|An der|An den|Im|In der|In den|Auf der|Auf dem|Zum|Zur|Hinter der|Hinter dem|Vor dem|Beim|Unter den) "
    r"(?:alten |neuen |hohen |langen |kleinen |grossen )?[A-Z]?[a-z]*(?:graben|berg|bach|hof|feld|weg|tal|wald|see|"
    r"ring|markt|platz|tor|hang|anger|garten|park|bruch|"
    r"ufer|damm|kamp|rain|acker|winkel|stein|brunnen|burg|holz|wiese|wiesen|wall|dorf|kirche|muehle|muhle|eck|steg|"
    r"grund|born|sand|linden|Berg|Bach|Hof|Muhle|Muehle|Wald|See|Markt|Tor|Hang|Anger|Garten|Park|Linden|Graben)|"
    r"[A-Z][a-z]{2,}(?:strasse|str\.?|gasse|weg|allee|platz|ring|damm|ufer|graben|steig|stieg|chaussee|pfad|markt|kamp|"
    r"twiete|gatan|vagen|veien|vej|gata|gade|katu|tie|straat|laan|singel|hof|steeg)) "
    rf"\d{{1,3}} ?[a-h]?\b(?:,? \d{{4,5}}(?: {_NAME})?|, {_NAME})?"
)
_DE = r"(?i:(?:de la|de las|de los|de|del|des|du|da|das|do|dos|la|las|le|les|el|l'|d'|di|della|dei) ?){0,2}"
_ROMANCE = re2.compile(
    rf"\b\d{{1,4}},? ?(?:bis|ter|[a-d])?,? ?(?i:rue|avenue|boulevard|bd|blvd|allees?|chemin|impasse|quai|route|"
    rf"cours|sente|"
    rf"ruelle|venelle|faubourg|montee|passage|square|place|rua|calle) {_DE}{_NAME}(?: {_NAME}){{0,2}}"
    r"(?:, (?i:appt?|apt|bat|etage|esc|interphone)\.? ?[A-Z\d]{1,4})*"
    rf"(?:,? \d{{5}}(?: {_NAME})?)?|"
    rf"\b(?:(?i:casa|lote|apto|bloco|torre|piso|portal|manzana|"
    rf"numero) ?\d{{1,4}}[A-Za-z]?, (?:{_NAME} {_DE}{_NAME}, )?)"
    rf"(?i:rua|calle|avenida|travessa|largo|praca|plaza|paseo|camino|ladeira|beco|callejon|carrer|via|viale|"
    rf"vicolo) {_DE}{_NAME}(?: {_DE}{_NAME}){{0,2}}|"
    rf"\b(?i:rua|calle|avenida|travessa|largo|praca|paseo|camino|ladeira|beco|carrer|vicolo|carretera|"
    rf"estrada) {_DE}{_NAME}(?: {_DE}{_NAME}){{0,2}},? "
    rf"(?:n[o.]{{0,2}} ?|(?i:numero) )?\d{{1,4}}[A-Za-z]?\b(?:, \d{{1,2}}(?:st|nd|rd|th|[oa])? ?(?i:floor|andar|"
    rf"piso|izq\w*|dcha|esq|dto|[A-Z]\b))?"
)
_CELTIC = re2.compile(
    r"(?:\b[A-Z]\w+(?:[- ][A-Za-z]\w*){0,3}, )?\b\d{1,4}[A-Za-z]?,? (?:Heol|Stryd|Ffordd|Lon|Maes|Cae|Clos|Rhodfa|"
    r"Llys|Bryn|Cwrt|Parc|Trem|"
    r"Cilgant|Rhes|Teras|Bothar|Sraid|Ascaill|Pairc|Cnoc|Lana|Cuirt|Garran|Ard|Baile|Cluain|Gort|Radharc|Corran|Rathad|"
    rf"Slighe|Straed)(?:,? (?:y|yr|na|an|{_NAME})){{1,3}}"
)
_FIGURED = (_STREET, _THE, _ALONE, _LOOSER, _UNIT, _FLAT, _ON, _GERMAN, _ROMANCE, _CELTIC)
_PLAIN = (_WORDED, _HOUSE, _CORNER)
# What each of them has: a number and a capital letter behind it, or a street's name with one.
_MAYBE = re.compile(
    r"\d[\w½¼¾/-]{0,6},? (?:[A-Za-z]{1,12},? )?(?:[A-Z]|rue|chemin)|[A-Z][a-z]{2,20}\.?"
    r",? (?:n[.o]{0,2} ?)?\d{1,4}[A-Za-z]?\b"
)
_CAPPED = re2.compile(rf" (?:{_capped(_KINDS)})\b|\b(?:corner|junction|intersection) of [A-Z\d]")
_WORD = re2.compile(r"[A-Za-z']+")
# "Season 2 The Green", "chapter 3 Old Hill": what is counted before it names no street.
_COUNTED = re2.compile(
    r"(?i)\b(?:season|series|chapter|episode|ep|part|book|week|day|step|level|page|track|stage|phase|psalm|volume|"
    r"vol|top|year|grade|windows)\W{1,2}$"
)


def looks(text: str) -> bool:
    """Whether a street without a figure could stand in `text`: cheap, and too often true rather than wrongly false."""
    return _CAPPED.search(text) is not None


def find(text: str, *, figures: bool, street: bool) -> list[Span]:
    """Addresses in `text`. `figures`: it has digits; `street`: what `looks` says."""
    forms = _FIGURED if figures and _MAYBE.search(text) else ()
    if street:
        forms += _PLAIN
    found: list[Span] = []
    for form in forms:
        for match in form.finditer(text):
            group = next((group for group in range(1, form.groups + 1) if match.group(group)), 0)
            start, end = match.span(group)
            if not _counts(text, start, end):
                town = _TOWN.match(text, end)
                found.append(("contact.address", start, town.end(1) if town else end))
    return found


def _counts(text: str, start: int, end: int) -> bool:
    """Whether the number counts or measures, or names a part of something."""
    if not text[start].isdigit():
        return False
    words = [word.lower() for word in _WORD.findall(text[start:end])]
    return any(word in _NO_NAME for word in words[:2]) or _COUNTED.search(text[max(0, start - 12) : start]) is not None
