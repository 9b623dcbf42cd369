"""Which written character stands for which plain letter: our own tables.

`FOLD` maps a code point to plain text ("ａ", "á", "𝐚" → "a"), keeping the case, and to "" for what nobody sees
(zero-width, bidi controls, tag characters, combining marks). `CONFUSABLE` maps letters of other scripts to the Latin
letter they look like; `text.py` applies it only inside a message that also has Latin letters, so that Russian stays
Russian.

The ranges are written out instead of asking `unicodedata` what it knows, because that differs between Python versions
and a verdict must not. Decompositions of characters as old as these never change, by Unicode's stability policy, so
they are read once at import. A character missing here is simply left as it is.
"""

from __future__ import annotations

import unicodedata

# Combining marks of Latin, Greek and Cyrillic only: those of other scripts carry meaning and stay.
MARKS = ((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))

# What no reader sees: soft hyphen, joiners, bidi controls, variation selectors, tags, fillers, invisible operators,
# controls other than tab, newline and carriage return.
UNSEEN = (
    (0x0000, 0x0008), (0x000B, 0x000C), (0x000E, 0x001F), (0x007F, 0x009F), (0x00AD, 0x00AD), (0x034F, 0x034F),
    (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E),
    (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip

SPACES = ((0x00A0, 0x00A0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F),
          (0x3000, 0x3000))  # fmt: skip

# Characters with a compatibility or canonical decomposition into Latin letters and marks, digits or plain signs.
DECOMPOSED = (
    (0x00AA, 0x00BA), (0x00C0, 0x024F), (0x02B0, 0x02B8), (0x02E0, 0x02E4), (0x1D2C, 0x1D6A), (0x1E00, 0x1EFF),
    (0x2070, 0x209C), (0x2100, 0x2149), (0x2460, 0x2473), (0x249C, 0x24E9), (0xFB00, 0xFB06), (0xFF01, 0xFF5E),
    (0x1D400, 0x1D7FF), (0x1F110, 0x1F129), (0x1F130, 0x1F149),
)  # fmt: skip

# Latin look-alikes that have no decomposition, and signs people's keyboards make of quotes and dashes.
PLAIN = {
    "'": "\u2018\u2019\u201a\u201b\u2032\u02bc\u02b9\u00b4\uff07", '"': "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212", ".": "\u2024\u3002\uff61", "/": "\u2044\u2215",
    "a": "ᴀɑɐ", "b": "ʙƀɓ", "c": "ᴄƈɔ", "d": "ᴅđɖɗð", "e": "ᴇɘəɛǝ", "f": "ꜰƒ",
    "g": "ɢɡǥɠ", "h": "ʜħɦɥ", "i": "ıɪɨ", "j": "ᴊȷɉ",
    "k": "ᴋƙ", "l": "ʟłƚɫɭ", "m": "ᴍɱɯ", "n": "ɴɲƞŋɳ", "o": "ᴏøɵ", "p": "ᴘþƥ",
    "q": "ɋʠ", "r": "ʀɾɹɍ", "s": "ꜱʂ", "t": "ᴛŧƭʈ",
    "u": "ᴜʉʊ", "v": "ᴠʋʌ", "w": "ᴡʍ", "y": "ʏɏƴ", "z": "ᴢƶȥʐ", "ss": "ß", "ae": "æ", "oe": "œ",
    "A": "Ⱥ", "B": "Ɓ", "D": "ĐÐ", "H": "Ħ", "I": "Ɨ", "L": "Ł", "O": "Ø", "T": "Ŧ", "AE": "Æ", "OE": "Œ",
}  # fmt: skip

# Cyrillic, Greek, Armenian, Cherokee and symbols by the Latin letter they are mistaken for. Lower and upper case apart.
LOOKALIKE = {
    "a": "аαӑӓά", "b": "ЬƄьв", "c": "сϲҫ", "d": "ԁժ", "e": "еєҽёεѐ", "g": "ԍց",
    "h": "һհңн", "i": "іїιίΐ", "j": "јϳ", "k": "кκқҝ",
    "l": "ӏ", "m": "м", "n": "пηո", "o": "оοσօөό", "p": "рρҏ", "q": "ԛզ", "r": "гѓ",
    "s": "ѕꮪ", "t": "тτ", "u": "υսцμύ", "v": "νѵ",
    "w": "ԝшщωώѡ", "x": "хχҳ", "y": "уγүұўý", "z": "ᴢζ",
    "A": "АΑᎪ", "B": "ВΒᏴ", "C": "СϹᏟ", "D": "Ꭰ", "E": "ЕΕЁᎬ", "G": "ԌᏀ", "H": "НΗᎻ",
    "I": "ІΙӀ", "J": "ЈᎫ", "K": "КΚᏦ", "L": "Ꮮ",
    "M": "МΜᎷ", "N": "ΝИ", "O": "ОΟՕ", "P": "РΡᏢ", "R": "ЯᎡ", "S": "ЅᏚ", "T": "ТΤᎢ",
    "U": "Ս", "V": "ѴᏙ", "W": "ᎳШ", "X": "ХΧ",
    "Y": "УΥҮ", "Z": "ΖᏃ",
}  # fmt: skip


def _fold() -> dict[int, str]:
    table: dict[int, str] = {}
    for first, last in DECOMPOSED:
        for code in range(first, last + 1):
            plain = "".join(
                mark for mark in unicodedata.normalize("NFKD", chr(code)) if not 0x300 <= ord(mark) <= 0x36F
            )
            if plain != chr(code) and plain.isascii():
                table[code] = plain.strip("()") or plain
    for base, letters in PLAIN.items():
        table.update({ord(letter): base for letter in letters})
    for offset in range(26):  # negative circled and squared letters, regional indicators
        for start in (0x1F150, 0x1F170, 0x1F1E6):
            table[start + offset] = chr(ord("A") + offset)
    for first, last in SPACES:
        table.update(dict.fromkeys(range(first, last + 1), " "))
    for first, last in (*MARKS, *UNSEEN):
        table.update(dict.fromkeys(range(first, last + 1), ""))
    return table


FOLD: dict[int, str] = _fold()
CONFUSABLE: dict[str, str] = {letter: base for base, letters in LOOKALIKE.items() for letter in letters}
