"""Everything a client may say, as hypothesis strategies and as one plain example of each command."""

from __future__ import annotations

from hypothesis import strategies as st

from chat import commands as c

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
]
