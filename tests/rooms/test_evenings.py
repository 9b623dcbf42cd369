"""Whole evenings at random: seekers, listeners, a team, cuts, time. What sessions promise (T1, T2, T5–T8, T10, T12,
T13, T15) holds after every single step, whatever anybody does in whatever order.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rooms import cast, coming, giving, listening, meeting, parting, rows, staying, supervising, ties, wanting
from rooms import session as talking
from rooms.durations import DAY, MINUTE
from rooms.effects import Do
from rooms.events import Band
from rooms.handover import Dial
from rooms.held import ENDINGS, Act, Held, Hold, Joins
from rooms.listening import Listener, Listening
from rooms.offering import Offer, Offering
from rooms.scene import No, RowKind
from rooms.seeking import OPEN, Ask, Request, Risk, Seeking
from rooms.session import Move, Session, Talk
from tests.support.scenes import Stage

ADULTS, TEENS = ("ana", "bo", "cy"), ("tim",)
SEEKERS = ADULTS + TEENS
LISTENERS = ("lee", "lou", "lux")  # lux is vetted, lou has two places
TEAM = {"rae": "responder", "rob": "responder", "sue": "supervisor"}
EVERYBODY = SEEKERS + LISTENERS + tuple(TEAM)
seekers, listeners, team = st.sampled_from(SEEKERS), st.sampled_from(LISTENERS), st.sampled_from(sorted(TEAM))
held = st.integers(0, 3)  # the first, second … of those who are
# What an effect has no place for: words that somebody wrote.
WRITTEN = frozenset({"text", "words", "summary", "name", "message", "body"})
# What may end being held, and how: nothing else does (T6).
MAY_END = {
    "settle": {Held.SETTLED},
    "leave": {Held.LEFT},
    "handover": {Held.HANDED_OVER},
    "no_contact": {Held.NO_CONTACT},
}


class Evening(RuleBasedStateMachine):
    """One evening. `doing` is the step under way, for what is allowed to follow from it."""

    @initialize(pairs=st.integers(0, 3), held=st.integers(0, 2), there=st.booleans())
    def begin(self, pairs: int, held: int, there: bool) -> None:
        self.stage = Stage()
        self.doing = ""
        self.before: dict[str, Held] = {}
        self.checked = 0
        self.announced: set[tuple[str, str]] = set()
        self.read = 0  # effects whose fields were looked at
        self.shredded: Counter[str] = Counter()
        self.lost: set[str] = set()  # sessions that were seen to end without their listener
        self.stage.listens("lee")
        self.stage.listens("lou", capacity=2, given=60)
        self.stage.listens("lux", vetted=True)
        for user, role in TEAM.items():
            self.stage.staff(user, role=role)
        for seeker in ADULTS[:pairs]:
            self.stage.seeks(seeker)
            self.stage.match()
            for offer in [one for one in self.stage.all(Offer) if one.state is Offering.OPEN][:1]:
                one = self.stage.play(meeting.accept, offer.id, offer.listener, self.stage.fresh("s"))
                self.stage.play(meeting.speak, one.id, offer.listener)
                self.stage.play(meeting.speak, one.id, seeker)
        for seeker in SEEKERS[:held]:
            self.disclose(seeker, Risk.HIGH, False)
            if there:
                self.consent(seeker, Joins.YES)
                self.team_does(seeker, "rae", "take")
        self.stage.deliver()

    def run(self, doing: str, verb: Any, *args: Any, **more: Any) -> Any:
        self.note(doing)
        return self.stage.play(verb, *args, **more)

    def note(self, doing: str) -> None:
        """What is done now, and how it was before."""
        self.doing = doing
        self.before = {hold.user: hold.state for hold in self.stage.all(Hold)}

    def live(self) -> list[Session]:
        return [one for one in self.stage.all(Session) if one.state in talking.LIVE]

    def pick(self, found: list[Any], index: int) -> Any:
        return found[index % len(found)] if found else None

    # ------------------------------------------------------------- what people do

    @rule(user=seekers)
    def seek(self, user: str) -> None:
        self.stage.come(user)
        self.run(
            "seek",
            wanting.seek,
            ties.Person(user=user, band=Band.TEEN if user in TEENS else Band.ADULT),
            self.stage.fresh("r"),
        )

    @rule(user=seekers, ask=st.sampled_from([Ask.WITHDRAW, Ask.KEEP, Ask.TELL_ME, Ask.FREE]))
    def choose(self, user: str, ask: Ask) -> None:
        for one in self.stage.all(Request):
            if one.seeker == user:
                self.run("choose", wanting.step_request, one.id, ask)

    @rule(band=st.sampled_from(list(Band)))
    def match(self, band: Band) -> None:
        self.note("match")
        self.stage.match(band)

    @rule(index=st.integers(0, 5), yes=st.booleans())
    def answer(self, index: int, yes: bool) -> None:
        offer = self.pick([one for one in self.stage.all(Offer) if one.state is Offering.OPEN], index)
        if offer and yes:
            self.run("accept", meeting.accept, offer.id, offer.listener, self.stage.fresh("s"))
        elif offer:
            self.run("decline", wanting.decline, offer.id, offer.listener)

    @rule(
        index=st.integers(0, 5),
        by=st.sampled_from(["seeker", "listener"]),
        move=st.sampled_from([Move.WORDS, Move.WORDS, Move.STILL]),
    )
    def speak(self, index: int, by: str, move: Move) -> None:
        if one := self.pick(self.live(), index):
            self.run("speak", meeting.speak, one.id, getattr(one, by), move)

    @rule(index=st.integers(0, 5), by=st.sampled_from(["seeker", "listener"]))
    def close(self, index: int, by: str) -> None:
        if one := self.pick(self.live(), index):
            self.run("leave" if by == "seeker" and one.held else "close", staying.close, one.id, getattr(one, by))

    @rule(index=st.integers(0, 5), by=st.sampled_from(["seeker", "listener"]))
    def undo(self, index: int, by: str) -> None:
        if one := self.pick([one for one in self.live() if one.state is Talk.CLOSING], index):
            self.run("undo", parting.undo, one.id, getattr(one, by))

    @rule(index=st.integers(0, 5), by=st.sampled_from(["seeker", "listener"]))
    def step_out(self, index: int, by: str) -> None:
        if one := self.pick(self.live(), index):
            self.run("step_out", parting.part, one.id, getattr(one, by), "step_out")

    @rule(user=seekers, other=listeners, way=st.booleans())
    def block(self, user: str, other: str, way: bool) -> None:
        self.run("block", parting.block, *((user, other) if way else (other, user)))

    @rule(index=st.integers(0, 5))
    def give_on(self, index: int) -> None:
        if one := self.pick([one for one in self.live() if one.listener], index):
            self.run("give", giving.propose, one.id, one.listener)

    @rule(index=st.integers(0, 5), yes=st.booleans())
    def agree(self, index: int, yes: bool) -> None:
        if one := self.pick([one for one in self.live() if one.state is Talk.TRANSFERRING], index):
            if yes:
                self.run("agree", giving.consent, one.id, one.seeker, self.stage.fresh("r"))
            else:
                self.run("stay", giving.stay, one.id, one.seeker)

    @rule(index=st.integers(0, 5), user=team)
    def supervise(self, index: int, user: str) -> None:
        if one := self.pick(self.live(), index):
            who = ties.Person(user=user, vetted=user == "sue")
            self.run("supervise", supervising.supervise, one.id, who, TEAM[user], "training", case=index % 2 == 0)

    # ------------------------------------------------------------- being held

    def somebody_held(self, index: int) -> str:
        """The first, second … of those who are held, or were."""
        found = [hold.user for hold in self.stage.all(Hold)]
        return str(self.pick(found, index) or SEEKERS[index % len(SEEKERS)])

    @rule(
        user=st.sampled_from(SEEKERS + LISTENERS[:1]),
        risk=st.sampled_from([Risk.HIGH, Risk.IMMINENT]),
        alone=st.booleans(),
    )
    def disclose(self, user: str, risk: Risk, alone: bool) -> None:
        self.stage.come(user)
        who = ties.Person(user=user, band=Band.TEEN if user in TEENS else Band.ADULT)
        self.run(
            "disclose", staying.disclose, who, self.stage.fresh("c"), risk, "suicide", "adult/x", model_alone=alone
        )

    @rule(user=held, by=team, what=st.sampled_from(["take", "stand_down", "settle", "settle", "no_contact", "dismiss"]))
    def team_does(self, user: str | int, by: str, what: str) -> None:
        user = self.somebody_held(user) if isinstance(user, int) else user
        role = TEAM[by]
        match what:
            case "take":
                if by in self.stage.here:
                    self.run("take", coming.take, user, by, role, self.stage.fresh("s"))
            case "stand_down":
                self.run("stand_down", coming.stand_down, user, by)
            case "settle":
                self.run("settle", staying.settle, user, by, role, 3, 3)
            case "no_contact":
                self.run("no_contact", staying.no_contact, user, by, role)
            case "dismiss":
                self.run("dismiss", coming.dismiss, user, by, staff=True)

    @rule(user=held, joins=st.sampled_from(list(Joins)))
    def consent(self, user: str | int, joins: Joins) -> None:
        user = self.somebody_held(user) if isinstance(user, int) else user
        self.run("consent", coming.consent, user, joins)

    @rule(user=held, what=st.sampled_from(["stir", "ok", "leave", "quit", "dismiss"]))
    def person_does(self, user: str | int, what: str) -> None:
        user = self.somebody_held(user) if isinstance(user, int) else user
        match what:
            case "stir":
                self.run("stir", staying.stir, user, 2)
            case "ok":
                hold = self.stage.rows.get((RowKind.HOLD, user))
                self.run("ok" if hold and hold.responders else "leave", staying.say_ok, user, 3)
            case "leave":
                self.run("leave", staying.leave, user)
            case "quit":
                self.run("quit", staying.go, user, Act.QUIT)
            case "dismiss":
                self.run("dismiss", coming.dismiss, user, user)

    @rule(user=held, step=st.sampled_from(list(Dial)))
    def dial(self, user: str | int, step: Dial) -> None:
        user = self.somebody_held(user) if isinstance(user, int) else user
        if step not in (Dial.OFFER, Dial.CHECK):
            self.run("handover", staying.dial, user, step, "line")

    # ------------------------------------------------------------- the world

    @rule(user=st.sampled_from(EVERYBODY))
    def cut(self, user: str) -> None:
        self.note("cut")
        self.stage.on_shift = tuple(one for one in self.stage.on_shift if one.user != user)
        self.stage.go(user)

    @rule(user=st.sampled_from(EVERYBODY))
    def back(self, user: str) -> None:
        self.note("back")
        self.stage.come(user)
        if user in TEAM and all(one.user != user for one in self.stage.on_shift):
            self.stage.staff(user, role=TEAM[user])

    @rule(much=st.sampled_from([1_000, 20_000, 45_000, MINUTE, 3 * MINUTE, 16 * MINUTE, 50 * MINUTE, DAY]))
    def time(self, much: int) -> None:
        self.note("time")
        self.stage.pass_time(much)

    @rule(most=st.integers(1, 3))
    @precondition(lambda self: bool(self.stage.owed))
    def deliver(self, most: int) -> None:
        self.note("deliver")
        self.stage.deliver(most)

    # ------------------------------------------------------------- what is promised

    @invariant()
    def a_seeker_has_one_session_and_a_listener_their_places(self) -> None:
        """T1. The session of a giver goes on beside the taker's until the taker has spoken."""
        if not hasattr(self, "stage"):
            return
        for user in SEEKERS:
            mine = [one for one in self.live() if one.seeker == user]
            taking = {one.giver for one in mine if one.giver}
            assert len([one for one in mine if one.id not in taking]) <= 1, mine
            asking = [
                one for one in self.stage.all(Request) if one.seeker == user and one.state in OPEN - {Seeking.MATCHED}
            ]
            assert len(asking) <= 1, asking
        for one in self.stage.all(Listener):
            theirs = {session.id for session in self.live() if session.listener == one.user}
            assert theirs == set(one.sessions), one
            assert len(theirs) <= listening.places(one), one
            if one.sessions:
                assert one.state is Listening.IN_SESSION

    @invariant()
    def rows_agree_with_each_other(self) -> None:
        if not hasattr(self, "stage"):
            return
        for one in self.stage.all(Request):
            offers = [self.stage.rows[RowKind.OFFER, id] for id in one.offers]
            assert (one.state is Seeking.OFFERED) == bool(offers), one
            assert all(offer.state is Offering.OPEN for offer in offers)
            if one.state is Seeking.MATCHED:
                assert any(session.request == one.id for session in self.live()), one
            if one.state in OPEN - {Seeking.MATCHED}:
                assert self.stage.person(one.seeker).request == one.id
        for offer in self.stage.all(Offer):
            if offer.state is Offering.OPEN:
                assert offer.id in self.stage.request(offer.request).offers
                assert offer.id in self.stage.listener(offer.listener).offers
        for session in self.live():
            person = self.stage.person(session.seeker)
            assert person.session == session.id or session.state is Talk.TRANSFERRING, session

    @invariant()
    def nothing_is_without_a_clock(self) -> None:
        """T2."""
        if not hasattr(self, "stage"):
            return
        for row in self.stage.rows.values():
            if rows.due_at(row) is not None:
                continue
            match row:
                case Session():
                    assert row.held, row
                    assert self.stage.hold(row.seeker).state is Held.HELD
                case Request():
                    assert row.state is Seeking.MATCHED
                case Listener():
                    assert row.state in listening.RESTFUL | {Listening.AVAILABLE} or row.offers or row.sessions, row
                case Offer() | Hold():
                    raise AssertionError(row)

    @invariant()
    def being_held_ends_in_three_ways_only(self) -> None:
        """T6: and while somebody is held and here, their session lives."""
        if not hasattr(self, "stage"):
            return
        for hold in self.stage.all(Hold):
            was = self.before.get(hold.user)
            if hold.state in ENDINGS and was is not None and was not in ENDINGS:
                assert hold.state in MAY_END.get(self.doing, set()), (self.doing, hold)
            session = self.stage.rows.get((RowKind.SESSION, hold.session)) if hold.session else None
            if hold.state is Held.HELD and session is not None:
                assert session.state in talking.LIVE, (hold, session)
                assert session.held, (hold, session)
        for session in self.live():
            if session.held:
                assert self.stage.hold(session.seeker).state is Held.HELD, session

    @invariant()
    def nobody_meets_who_may_not(self) -> None:
        """T7, T8: blocked pairs and unvetted adults with teens, in sessions and in offers."""
        if not hasattr(self, "stage"):
            return
        pairs = [(one.seeker, one.listener) for one in self.live() if one.listener and not one.held]
        pairs += [(one.seeker, one.listener) for one in self.stage.all(Offer) if one.state is Offering.OPEN]
        for seeker, listener in pairs:
            one, other = self.stage.person(seeker), self.stage.person(listener)
            assert listener not in one.barred
            assert seeker not in other.barred
            assert one.band is other.band or other.vetted
            assert other.vetted or one.band is not Band.TEEN
        for session in self.stage.all(Session):
            for guest in session.guests:
                assert not guest.unread or session.band is not Band.TEEN or guest.user == "sue", session
        for user in EVERYBODY:
            if (RowKind.PERSON, user) in self.stage.rows:
                assert all(user in self.stage.person(other).barred for other in self.stage.person(user).barred)

    @invariant()
    def what_is_told_of_who_is_there_is_true(self) -> None:
        """T15: of every telling that is not overtaken by a newer one; and T10: no guest is there before it was told."""
        if not hasattr(self, "stage"):
            return
        for _, effect in self.stage.done[self.checked :]:
            if effect.fields.get("code") == "coming":
                self.announced.add((effect.to, effect.fields["session"]))
            if effect.do is not Do.TELL or effect.standing is None:
                continue
            kind, id, said = effect.standing
            row = self.stage.rows.get((RowKind(kind), id))
            if isinstance(row, Session) and row.said == said and row.state in talking.LIVE:
                assert effect.fields["here"] == cast.here(row), (effect, row)
            if (
                isinstance(row, Hold)
                and row.said == said
                and row.state is Held.HELD
                and effect.fields["code"] == "asked"
            ):
                assert row.asking.asked
        self.checked = len(self.stage.done)
        for session in self.live():
            for guest in session.guests:
                assert not guest.present or (session.seeker, session.id) in self.announced

    @invariant()
    def words_are_in_no_effect_and_go_once(self) -> None:
        """T5, T12: what people write goes through the pipeline, and is deleted, once, a day after the end."""
        if not hasattr(self, "stage"):
            return
        effects = [effect for _, effect in self.stage.done]
        for effect in effects[self.read :]:
            assert not WRITTEN & effect.fields.keys(), effect
            if effect.do is Do.SHRED:
                self.shredded[effect.fields["of"]] += 1
        self.read = len(effects)
        owed = Counter(effect.fields["of"] for _, effect in self.stage.owed if effect.do is Do.SHRED)
        for session in self.stage.all(Session):
            gone = self.shredded[session.id] + owed[session.id]
            assert gone == (session.state is Talk.ARCHIVED), (gone, session)
            late = session.ended_at + DAY < self.stage.now and session.sealed_until < self.stage.now
            assert session.state is not Talk.ENDED or not late, session

    @invariant()
    def whoever_lost_a_listener_is_next_or_has_another(self) -> None:
        """T13: in the moment in which it happens, also in the middle of a transfer."""
        if not hasattr(self, "stage"):
            return
        for session in self.stage.all(Session):
            if session.why != "lost" or session.state is not Talk.ENDED or session.id in self.lost:
                continue
            self.lost.add(session.id)
            if session.ended_at != self.stage.now:
                continue  # time has gone on since
            person = self.stage.person(session.seeker)
            request = self.stage.rows.get((RowKind.REQUEST, person.request))
            held = self.stage.rows.get((RowKind.HOLD, session.seeker))
            others = [one for one in self.live() if one.seeker == session.seeker]
            head = request is not None and request.state in OPEN and request.head
            assert head or others or (held is not None and held.state not in ENDINGS), (session, request)


Evening.TestCase.settings = settings(max_examples=15, stateful_step_count=30)
TestAnEveningAtRandom = Evening.TestCase

WHO = {"user": SEEKERS}
SEAT: dict[str, Any] = {"index": range(6), "by": ("seeker", "listener")}
# How often each thing is done, and with what: so that evenings get on, and not only begin.
WALK: dict[str, tuple[float, dict[str, Any]]] = {
    "seek": (6, WHO),
    "choose": (1, {**WHO, "ask": (Ask.WITHDRAW, Ask.KEEP, Ask.TELL_ME, Ask.FREE)}),
    "match": (6, {"band": tuple(Band)}),
    "answer": (10, {"index": range(6), "yes": (True, True, True, False)}),
    "speak": (10, {**SEAT, "move": (Move.WORDS, Move.STILL)}),
    "close": (1, SEAT),
    "undo": (2, SEAT),
    "step_out": (1, SEAT),
    "block": (0.4, {**WHO, "other": LISTENERS, "way": (True, False)}),
    "give_on": (2, {"index": range(6)}),
    "agree": (4, {"index": range(6), "yes": (True, True, True, False)}),
    "supervise": (1, {"index": range(6), "user": tuple(TEAM)}),
    "disclose": (1.5, {"user": (*SEEKERS, "lee"), "risk": (Risk.HIGH, Risk.IMMINENT), "alone": (True, False)}),
    "team_does": (8, {"user": range(4), "by": tuple(TEAM), "what": ("take", "take", "settle", "settle", "stand_down")}),
    "consent": (2, {"user": range(4), "joins": (Joins.YES, *Joins)}),
    "person_does": (3, {"user": range(4), "what": ("stir", "ok", "ok", "ok", "leave", "quit", "dismiss")}),
    "dial": (3, {"user": range(4), "step": tuple(Dial)}),
    "cut": (2, {"user": EVERYBODY}),
    "back": (4, {"user": EVERYBODY}),
    "time": (4, {"much": (1_000, 20_000, 45_000, MINUTE, 3 * MINUTE, 16 * MINUTE, 50 * MINUTE)}),
    "deliver": (5, {"most": (1, 2, 3)}),
}
PROMISES = (
    Evening.a_seeker_has_one_session_and_a_listener_their_places,
    Evening.rows_agree_with_each_other,
    Evening.nothing_is_without_a_clock,
    Evening.being_held_ends_in_three_ways_only,
    Evening.nobody_meets_who_may_not,
    Evening.what_is_told_of_who_is_there_is_true,
    Evening.words_are_in_no_effect_and_go_once,
    Evening.whoever_lost_a_listener_is_next_or_has_another,
)


def walk(seed: int, steps: int) -> set[Any]:
    """One evening of so many steps, the same for the same seed. Returns every state that was reached."""
    chance, evening = random.Random(seed), Evening()
    reached: set[Any] = set()
    evening.begin(pairs=chance.randint(0, 3), held=chance.randint(0, 2), there=chance.random() < 0.5)
    names, weights = list(WALK), [weight for weight, _ in WALK.values()]
    for name in chance.choices(names, weights, k=steps):
        getattr(evening, name)(**{what: chance.choice(among) for what, among in WALK[name][1].items()})
        for promise in PROMISES:
            promise(evening)
        reached |= {row.state for row in evening.stage.rows.values() if isinstance(row, Session | Hold | Listener)}
    return reached


def test_ten_thousand_steps_without_a_broken_promise() -> None:
    """And they reach what they are for: every state of a session that lives, each ending of being held but the last."""
    reached = set[Any]().union(*(walk(seed, 80) for seed in range(125)))
    assert reached >= talking.LIVE | {Talk.ENDED}
    assert reached >= {Held.HELD, Held.AWAY, Held.SETTLED, Held.LEFT, Held.HANDED_OVER}
    assert reached >= {Listening.IN_SESSION, Listening.WRAP_UP, Listening.AWAY, Listening.OFFLINE}


def test_an_answer_to_what_is_gone_is_an_answer_and_no_fault() -> None:
    """Ids that nobody knows any more are not found, whoever asks."""
    stage = Stage()
    stage.listens("lee")
    assert stage.play(meeting.accept, "gone", "lee", "s1") is No.NOT_FOUND
    assert stage.play(meeting.speak, "gone", "lee") is No.NOT_FOUND
    assert stage.play(staying.close, "gone", "lee") is No.NOT_FOUND
    assert stage.play(staying.settle, "nobody", "rae", "responder", 1, 1) is No.NOT_FOUND
    assert stage.play(coming.take, "nobody", "rae", "responder", "s1") is No.NOT_FOUND
    assert stage.rows.keys() == {(RowKind.LISTENER, "lee"), (RowKind.PERSON, "lee")}
