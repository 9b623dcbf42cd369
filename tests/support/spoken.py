"""Everything a client may say, as hypothesis strategies and as one plain example of each command."""

from __future__ import annotations

from hypothesis import strategies as st

from chat import commands as c
from chat import sessioncommands as s

ids = st.integers(1, 2**53 - 1)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64)
rooms = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9_.:/-]{0,20}\Z")
cursors = st.none() | st.from_regex(r"\A[a-z0-9]{4}\.[0-9]{1,6}\.[0-9a-f]{16}\Z")
bands = st.sampled_from(["adult", "teen"])
aliases = st.none() | keys
marks = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=40)
guests = st.builds(
    c.Guest, band=bands, name=aliases, language=st.none() | st.just("pt-BR"), country=st.none() | st.just("IE")
)
resumes = st.lists(st.builds(c.ResumeAt, room=rooms, cursor=cursors, alias=aliases, quiet=st.booleans()), max_size=4)
clients = st.none() | st.builds(c.ClientInfo, name=words, version=st.just("1.0"), tab=aliases)

commands: st.SearchStrategy[c.AnyCommand] = st.one_of(
    st.builds(
        c.Hello,
        id=ids,
        guest=st.none() | guests,
        token=aliases,
        phrase=st.none() | words,
        resume=resumes,
        client=clients,
    ),
    st.builds(c.Ping, id=ids),
    st.builds(c.Rooms, id=ids, band=st.none() | bands),
    st.builds(c.Join, id=ids, room=rooms, cursor=cursors, quiet=st.booleans(), alias=aliases),
    st.builds(c.Leave, id=ids, room=rooms),
    st.builds(
        c.Send, id=ids, room=rooms, text=words, key=keys, reply_to=aliases, notes=st.lists(st.just("grief"), max_size=8)
    ),
    st.builds(c.Check, id=ids, room=rooms, text=words),
    st.builds(c.Edit, id=ids, room=rooms, message=keys, text=words, key=keys),
    st.builds(c.Redact, id=ids, room=rooms, message=keys, key=keys),
    st.builds(
        c.React, id=ids, room=rooms, message=keys, reaction=st.sampled_from(sorted(c.REACTIONS)), on=st.booleans()
    ),
    st.builds(c.Typing, id=st.none() | ids, room=rooms),
    st.builds(
        c.Lantern, id=ids, room=rooms, lit=st.none() | st.booleans(), watching=st.none() | st.booleans(),
        answering=st.booleans(),
    ),
    st.builds(c.Page, id=ids, room=rooms, before=cursors, after=cursors, limit=st.integers(1, 100)),
    st.builds(c.Members, id=ids, room=rooms, after=aliases, limit=st.integers(1, 100)),
    st.builds(c.Refresh, id=ids, token=keys),
    st.builds(c.Withdraw, id=ids, request=keys, instead=aliases, key=aliases),
    st.builds(c.Cases, id=ids, state=st.sampled_from(["waiting", "ended"]), after=aliases, limit=st.integers(1, 100)),
    st.builds(c.Claim, id=ids, case=keys, key=aliases),
    st.builds(c.Resolve, id=ids, case=keys, resolution=marks, note=st.none() | marks, into=aliases, key=aliases),
    st.builds(c.HandOn, id=ids, case=keys, note=st.none() | marks, key=aliases),
    st.builds(c.Help, id=ids, room=st.none() | rooms, person=st.booleans()),
    st.builds(c.CareAnswer, id=ids, care=keys, choice=st.just("person"), key=aliases),
    st.builds(
        c.Report, id=ids, room=rooms, reason=st.sampled_from(["hate", "spam"]), message=aliases, alias_id=aliases,
        note=st.none() | words, key=aliases,
    ),
    st.builds(c.Concern, id=ids, room=rooms, alias_id=keys, note=st.none() | words, key=aliases),
    st.builds(c.Appeal, id=ids, sanction=keys, note=words, key=aliases),
    st.builds(
        c.Sanction, id=ids, room=rooms, step=st.sampled_from(["notice", "mute"]),
        reason=st.sampled_from(["hate", "spam"]), case=aliases, message=aliases, alias_id=aliases,
        until=st.none() | marks, key=aliases,
    ),
    st.builds(
        s.Seek, id=ids, key=keys, line=st.none() | words, topic=aliases.map(lambda name: name and name[:40]),
        intensity=st.none() | st.integers(1, 5), language=st.none() | st.just("es"),
        prefer=st.lists(st.sampled_from(sorted(s.TAGS)), max_size=20),
    ),
    st.builds(s.Choose, id=ids, request=keys, choice=st.sampled_from(["wait", "tell_me", "stop"])),
    st.builds(s.Available, id=ids, tags=st.none() | st.lists(st.just("birth")), capacity=st.none() | st.integers(1, 2)),
    st.builds(s.Away, id=ids, for_=st.none() | st.just("break")),
    st.builds(s.Answer, id=ids, offer=keys, accept=st.booleans()),
    st.builds(s.Open, id=ids, room=rooms, cursor=cursors.filter(bool)),
    *(st.builds(kind, id=ids, room=rooms, key=aliases) for kind in (s.Close, s.Undo, s.Still, s.Extend, s.StepOut)),
    st.builds(s.Transfer, id=ids, room=rooms, summary=st.none() | words),
    st.builds(s.Block, id=ids, room=rooms, alias_id=aliases),
    st.builds(s.Feedback, id=ids, session=keys, heard=st.none() | st.booleans(), line=st.none() | words),
    st.builds(s.Again, id=ids, session=keys),
    st.builds(s.Settle, id=ids, room=rooms),
    st.builds(s.Handover, id=ids, room=rooms, step=st.sampled_from(["accept", "dialling"]), line=aliases),
    st.builds(s.JoinOk, id=ids, room=rooms, choice=st.sampled_from(["yes", "not_yet", "only_listener"])),
    st.builds(s.Raise, id=ids, room=rooms, kind=st.just("suicide"), band=st.sampled_from(["high", "imminent"])),
    st.builds(s.Take, id=ids, case=keys),
    st.builds(s.StandDown, id=ids, case=keys, why=st.sampled_from(["relieved", "not_needed", "no_contact"])),
    st.builds(s.Supervise, id=ids, room=rooms, reason=st.sampled_from(["nursery", "concern"])),
    st.builds(s.Sessions, id=ids),
    st.builds(s.Unblock, id=ids, room=rooms, alias_id=keys),
    st.builds(s.FollowUp, id=ids, on=st.booleans(), key=aliases),
    st.builds(s.Blocks, id=ids, before=st.none() | keys),
    st.builds(s.Past, id=ids),
    st.builds(s.Age, id=ids, case=keys, is_=st.sampled_from(["adult", "teen", "child"])),
)  # fmt: skip

PLACE = "e1abc.4711.0123456789abcdef"
EXAMPLES: list[c.AnyCommand] = [
    c.Hello(
        id=1,
        guest=c.Guest(band="adult", name="Ana", language="es", country="MX"),
        resume=[c.ResumeAt(room="a", cursor=PLACE)],
    ),
    c.Ping(id=2),
    c.Rooms(id=3, band="teen"),
    c.Join(id=4, room="postpartum", cursor=PLACE, alias="quiet heron"),
    c.Leave(id=5, room="postpartum"),
    c.Send(id=6, room="postpartum", text="long night, ¿quién más? 🌙", key="k-1", notes=["sleep"]),
    c.Check(id=7, room="postpartum", text="is this all right"),
    c.Edit(id=8, room="postpartum", message="m1", text="better words", key="k-2"),
    c.Redact(id=9, room="postpartum", message="m1", key="k-3"),
    c.React(id=10, room="postpartum", message="m1", reaction="hug", on=True, key="k-4"),
    c.Typing(room="postpartum"),
    c.Page(id=12, room="postpartum", before=PLACE, limit=20),
    c.Members(id=13, room="postpartum", after="x"),
    c.Refresh(id=14, token="t.t.t"),
    c.Withdraw(id=15, request="m1", instead="m2"),
    c.Cases(id=16, state="ended", after="1700000000000:m1", limit=20),
    c.Claim(id=17, case="m1"),
    c.Resolve(id=18, case="m1", resolution="merge", note="duplicate", into="m0"),
    c.HandOn(id=19, case="m1"),
    c.Help(id=20, room="postpartum", person=True),
    c.CareAnswer(id=21, care="card", choice="person"),
    c.Report(id=22, room="postpartum", reason="spam", message="m1", note="twice today"),
    c.Concern(id=23, room="postpartum", alias_id="a1"),
    c.Appeal(id=24, sanction="s1", note="that was not meant so"),
    c.Sanction(id=25, room="postpartum", step="notice", reason="spam", case="m1"),
    s.Seek(id=26, key="k-5", line="it is a long night", topic="birth", intensity=4, language="es", prefer=["parent"]),
    s.Choose(id=27, request="r1", choice="tell_me"),
    s.Available(id=28, topics=["birth"], tags=["parent"], languages=["en"], refuses=["violence"], capacity=2),
    s.Away(id=29, for_="break"),
    s.Answer(id=30, offer="o1", accept=True),
    s.Open(id=31, room="session:s1", cursor=PLACE),
    s.Close(id=32, room="session:s1", why="done"),
    s.Undo(id=33, room="session:s1"),
    s.Still(id=34, room="session:s1"),
    s.Extend(id=35, room="session:s1"),
    s.Transfer(id=36, room="session:s1", summary="a hard week, and no sleep"),
    s.StepOut(id=37, room="session:s1", report="harassment"),
    s.Block(id=38, room="session:s1"),
    s.Feedback(id=39, session="s1", heard=True, feel="better", line="thank you"),
    s.Again(id=40, session="s1"),
    s.Settle(id=41, room="session:s1", seen=PLACE),
    s.Handover(id=42, room="stay", step="not_reached", line="a line"),
    s.JoinOk(id=43, room="session:s1", choice="not_yet"),
    s.Raise(id=44, room="session:s1", kind="self_harm", band="high"),
    s.Take(id=45, case="h1"),
    s.StandDown(id=46, case="h1", why="no_contact"),
    s.Supervise(id=47, room="session:s1", reason="nursery"),
    s.Sessions(id=48),
    s.Age(id=49, case="h1", is_="teen"),
    s.Unblock(id=50, room="anxiety", alias_id="a1"),
    s.FollowUp(id=51, on=False),
    c.Lantern(id=52, room="postpartum", lit=True, watching=True, answering=True),
    s.Blocks(id=53, before="b1"),
    s.Past(id=54),
]
