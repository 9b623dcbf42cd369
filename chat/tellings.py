"""What people in a session of two are told: the words, and the shape of each event. Pure.

    an effect's fields ─▶ opened · changed · closed · waiting · offered · availability ─▶ the body of an inbox entry

An effect names its words by a code (rooms/cast.py, rooms/calling.py); here they are sentences, made for whoever reads
them: the seeker, the listener, the team. Rules for whoever changes one: it must be true at the moment it is said, it
blames nobody, and it never says why somebody is not there. `next` is one fixed list, whatever has happened (T9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chat.wire import timestamp

Fields = Mapping[str, Any]
Say = Callable[[str], str]  # a sentence in the reader's language

# The doors after an ending, and beside a long wait. The same for everybody, always in this order.
NEXT = ("seek", "room", "line", "write")
ALTERNATIVES = ("room", "line", "write")

# What each state says by itself.
STATES = {
    "connecting": "You are connected. Take the time you need.",
    "active": "You are both here.",
    "paused": "It is quiet here for a moment. The room stays.",
    "transferring": "Another listener is being looked for. Nothing changes until they are here.",
    "closing": "This conversation is about to end. It can be taken back for a moment.",
    "stay": "We are staying with you.",
    "away": "The case stays open, and your seat is kept. Come back any time: you'd be first.",
    "ended": "This conversation has ended.",
}

# By code: what the seeker (the person who is held) reads, and what everybody else in the room does.
CODES: Mapping[str, tuple[str, str]] = {
    "nudge": ("", "They are waiting for a first word from you."),
    "still_here": (
        "Still here? One tap is enough. You can also take a minute, or end it for today.",
        "Still here? One tap is enough.",
    ),
    "bell": ("A few minutes are left for today. You can both ask for a little more.",) * 2,
    "closing": (STATES["closing"],) * 2,
    "transfer_asked": (
        "Your listener would like to hand you on to another listener, and only if you agree. "
        "You can change what the next one is told, or say no and stay.",
        "They have been asked. Nothing happens without their yes.",
    ),
    "transfer": (STATES["transferring"],) * 2,
    "transfer_taken": (
        "Another listener has said yes. The one you know stays until they have spoken.",
        "Somebody has said yes. Please stay until they have spoken.",
    ),
    "transfer_none": ("You two go on here.",) * 2,
    "coming": ("Somebody from our team is about to join. They read nothing before you were told.",) * 2,
    "joined": ("Somebody from our team is here now.",) * 2,
    "left": ("Somebody from our team has gone.",) * 2,
    "extend_asked": ("Your listener could stay a little longer. If you would like that, say so as well.",
                     "They would like a little more time. If that is all right with you, say so as well."),
    "extended": ("You have a little more time.",) * 2,
    "again": ("You would both talk to each other again. Next time, you can be put together.",) * 2,
    "bring_someone": ("", "Shall we bring someone from the team to them? Yes, no; or we ask in a minute."),
    "guide": ("", "Stay with them. Ask plainly, listen, don't promise what you can't keep. Help is being looked for."),
    "silent": ("", "They have not written for some minutes. They were asked whether they are still there; a few quiet "
                   "words of yours may help."),
    "concern": ("", "What they wrote sounds heavy. Ask plainly how they are, and listen; there is nothing you have to "
                    "solve. Nobody else was called. If you think that they are in danger, say so with `raise`."),
    "held": ("We are staying with you. You decide what happens next.", "They are being stayed with."),
    "asked": ("Someone from our team has been asked to come to you. You can keep writing.",) * 2,
    "still_looking": ("We are still looking for someone. Here is a line you can reach now.",) * 2,
    "nobody_here": ("Nobody from our team is here right now. Let's contact a line together.",) * 2,
    "nobody_free": ("Nobody on our team is free yet. Let's contact a line together.",) * 2,
    "team_here": ("Someone from our team is with you now.", "Someone from our team is here."),
    "at_the_door": (
        "Someone from our team can be with you. Would you like them to join? Yes, not yet, or only your listener.",
        "Someone from the team could join; they have been asked whether that is all right.",
    ),
    "ok_said": ("Thank you for saying so. Whoever is with you will look with you whether this is a good place to stop.",
                "They say that they are OK. If you agree, settle it."),
    "did_somebody_answer": ("Did somebody answer there? If not, there is another way, and we stay here.",) * 2,
    "still_there": ("We are here. One tap is enough, no words are needed.",) * 2,
}  # fmt: skip
HOLDING = (
    "Your listener lost connection. We keep their place for a moment; if they can't come back, you are next in line.",
    "They lost connection. We are holding the seat.",
)

# Sentences of waiting.
WAITS = "We are finding someone for you. You can write already: it is kept, and given to them."
WAITS_LONG = "It takes longer than we would like. You can go on waiting; there are other doors as well."
CALL_BACK = (
    "Nobody has been free yet, and we don't know when. Would you like to wait on, be told when somebody is, or stop?"
)
READY = "Somebody is free now. If you are still here, you are next."
NEXT_UP = "You are next in line."
NOTED = "You'll be told here as soon as somebody is free, for the next hours."

NOT_GIVEN = (
    "What you wrote could not be given on yet, and that is our fault. It is still kept; write it again if you like."
)

# What somebody wished to be asked: neutral, for it may be read over a shoulder.
FOLLOW_UP = (
    "Hello again. You asked us to say hello today. There is nothing you have to do; "
    "if you would like company, it is here."
)

DEBRIEF = (
    "Thank you for staying with somebody. That can stay with you, too: somebody from the team will ask how you are, "
    "and you can ask for them first."
)
RECEIPT = "The words of a conversation you had here have been deleted, as we promised. Nothing of them is kept."
NOTICES = {"follow_up": FOLLOW_UP, "debrief": DEBRIEF, "receipt": RECEIPT}

# What a listener is told of themselves.
AVAILABILITY = {
    "missed": "Two questions went unanswered, so we took you for away. Come back whenever it suits you.",
    "training": "Your training has run out. Renew it, and you are welcome back.",
    "low": "Today is for you. Thank you for saying so. Here is support if you would like some; nobody is told.",
    "held": "You went through a lot yourself lately. Rest first; this is no judgement of you.",
    "today": "You have given enough today. Thank you.",
    "heavy": "Today was heavy enough. Thank you. Somebody from the team has time to listen to you.",
    "week": "You have given enough this week. Thank you.",
    "rest": "You are resting. You'll be asked again when that is over.",
}


def sentences() -> set[str]:
    """Everything above, for whoever translates it."""
    pairs = {sentence for pair in (*CODES.values(), HOLDING) for sentence in pair if sentence}
    return pairs | {
        *STATES.values(),
        *AVAILABILITY.values(),
        WAITS,
        WAITS_LONG,
        CALL_BACK,
        READY,
        NEXT_UP,
        NOTED,
        NOT_GIVEN,
        *NOTICES.values(),
    }


def words(fields: Fields, *, own: bool) -> str:
    """The sentence of a change; `own`: it is read by the seeker, or whoever is held."""
    code = str(fields.get("code") or "")
    if code == "holding_seat":
        return HOLDING[0] if own else HOLDING[1]
    found = CODES.get(code, ("", ""))[0 if own else 1]
    return found or STATES.get(str(fields.get("state")), STATES["active"])


def opened(
    room: str, fields: Fields, beside: Mapping[str, str] | None, who: Iterable[Any], limits: str
) -> dict[str, Any]:
    """`session_opened`. `beside`: the other of the two, None where there is only the team."""
    told = {"room": room, "session": fields["session"], "role": fields["role"], "limits": limits, "who": list(who)}
    if fields.get("offer"):  # what its listener said yes to: their other devices put the question away
        told["offer"] = fields["offer"]
    return told | ({"with": dict(beside)} if beside else {})


def changed(
    room: str, fields: Fields, who: Iterable[Any] | None, *, own: bool, say: Say, **more: Any
) -> dict[str, Any]:
    """`session_changed`. `who`: who is there beside the reader; None where that is not true any more."""
    told: dict[str, Any] = {"room": room, "state": fields["state"], "says": say(words(fields, own=own))}
    for name in ("code", "line", "joins", "role"):
        if fields.get(name):
            told[name] = str(fields[name])
    if fields.get("until"):
        told["until"] = timestamp(int(fields["until"]))
    if who is not None:
        told["who"] = list(who)
    return told | {name: value for name, value in more.items() if value}


def closed(room: str, fields: Fields, say: Say) -> dict[str, Any]:
    """`session_closed`: the same words for every end, and the same doors."""
    return {
        "room": room, "session": fields["session"], "why": fields["why"], "says": say(STATES["ended"]),
        "next": list(NEXT),
    }  # fmt: skip


def waiting(fields: Fields, place: int, eta: Mapping[str, float], say: Say) -> dict[str, Any]:
    """`waiting`: the place, an honest time, and other doors where it takes long."""
    told: dict[str, Any] = {"request": fields["request"], "place": place, "eta": dict(eta)}
    says = WAITS
    if fields.get("next"):
        says = NEXT_UP
    if fields.get("alternatives"):
        told["alternatives"], says = list(ALTERNATIVES), WAITS_LONG
    if fields.get("noted"):  # they chose to be told, and that is what holds until somebody is free
        told["noted"], says = True, NOTED
    if fields.get("choose"):
        told["choose"], says = list(fields["choose"]), CALL_BACK
        told["alternatives"] = list(ALTERNATIVES)
    if fields.get("ready"):
        told["ready"], says = True, READY
    if fields.get("until"):
        told["until"] = timestamp(int(fields["until"]))
    return told | {"says": say(says)}


def offered(fields: Fields) -> dict[str, Any]:
    """`offered`: what a listener knows before they answer. No name, no words."""
    told = {name: fields[name] for name in ("topic", "intensity", "notes", "language", "fit") if fields.get(name)}
    return {"offer": fields["offer"], **told, "expires": timestamp(int(fields["expires"]))}


def availability(fields: Fields, caps: Mapping[str, float], say: Say) -> dict[str, Any]:
    """`availability`: where a listener stands, and the fuel gauge."""
    told: dict[str, Any] = {"state": str(fields["state"]), "caps": dict(caps)}
    if fields.get("until"):
        told["until"] = timestamp(int(fields["until"]))
    if (note := str(fields.get("note") or "")) in AVAILABILITY:
        told |= {"note": note, "says": say(AVAILABILITY[note])}
    return told
