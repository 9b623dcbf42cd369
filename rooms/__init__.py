"""Rooms: what a room is, and how an event reaches every node: once, in order and without holes, or with a reset.

A room is a log in the engine (Redis 7 or Valkey) and the nodes that follow it. This package knows events, positions and
people's presence; it has never heard of moderation or websockets. `chat` is the only one that uses it.

Two ideas carry it. What several nodes must agree on is one Lua script per verb (`lua/`), which compares and sets and
holds no policy. And every entry carries a tag, hash(previous tag, its id), so that a node which comes back after a
failover sees whether the log is still the one it knew: `recovery.py` compares, `healing.py` and `tending.py` act.

Files, from the bottom up. A file imports its own layer and those below (tests/test_layers.py).

    L0  events.py        the words: ids, Position, Entry, Member, Refusal
    L1  topics.py        topic rooms: who may see, enter, speak; slow mode; bands are walls
        envelope.py      every key and channel name, and what travels on a channel
        commits.py       the words of a commit: what is asked, under which guard, what came of it
        recovery.py      two views of one log: recovered, gap, heal or fork
        ring.py          the newest entries of one open room on this node
        roster.py        one copy of who is in a room, and what clients are told, how often
        seats.py         who is in which room through this node, and what the engine has yet to hear
        lantern.py       the night lantern: which lights burn, and what each one sees of them
        address.py       redis.url, read and checked
        durations.py     how long each state of a session lasts, how much is enough for one person
        effects.py       what follows from a step outside its rows, as values that can be done twice
        scene.py         rows of one moment, what a verb makes of them; why not: No
        ties.py          who may be brought together at all: bands, bars, how often
        seeking.py       a request for a listener, as a table
        offering.py      one listener is asked about one seeker, as a table
        listening.py     a volunteer: there, asked, in a session, resting; their caps; as a table
        session.py       the session of two, from hello to the last trace, as a table
        handover.py      the way to a line, together, as a table
        escalation.py    who of the team is asked to come, and when more are, as a table
        held.py          being held: three endings only, as a table
        matching.py      who is asked about whom, now; nobody starves
        waits.py         how long it will take, said so that nine in ten are within it
        cast.py          the rows of a scene by their type; what everybody in a session is told
        wanting.py       verbs: from the wish to the listeners who are asked
        meeting.py       verbs: a listener says yes; the two lose each other
        giving.py        verbs: a listener gives a seeker on, with their consent
        parting.py       verbs: every end of a session
        tomorrow.py      verbs: somebody is asked how they are, a day from now, because they said so
        supervising.py   verbs: when somebody of the team may come into a session, visibly
        helping.py       verbs: a listener comes, takes a break, goes
        asides.py        verbs: the smaller things in a session: more time, feedback, who only watched
        calling.py       verbs: who is called to somebody who is held, and the true words about it
        coming.py        verbs: somebody of the team comes, and goes
        staying.py       verbs: everything else that happens to somebody who is held
        falling_due.py   what time does to a row, and what it means that somebody is here or gone
        pairkeys.py      every key name of seeking, talking and staying
        newer.py         what a newer version wrote into a row stays in it
    L2  scripts.py       the scripts in lua/, registered once, called by their hash
        resp.py          one connection to an engine, on hiredis
        pipeline.py      one commit pipeline in flight; the next gathers meanwhile
        subscriber.py    which channels this node hears, and what arrives
        link.py          pipeline, subscriber and probes of one engine node; reconnects
        calls.py         redis-py for everything that is not the hot link
        history.py       the log's verbs: append, read, page, trim
        committing.py    events packed for the commit script, and what came of them
        reading.py       for clients: what came after a cursor, pages, single events
        intake.py        from what arrives on the subscriber to what is handed up, in order per room
        healing.py       bring one open room back together with its log
        tending.py       after each reconnect: which rooms are in doubt, and mend those
        backplane.py     the front of all this: commit, open, take, recover, page
        leases.py        which nodes are alive
        copies.py        this node's copies of the rosters of open rooms, read anew where a diff was lost
        apart.py         who has blocked whom in a room
        lights.py        the lights of the night lantern in the engine
        calming.py       a heavy room goes slower on every node; who is in distress does not
        promises.py      places of a room with a limit, held for those who are on their way in
        pairslot.py      how the scripts of pairs are called, and what time it is for them
        moment.py        rows of pairs as one script read them, and which of them a step has looked at
        matchmaker.py    rows of pairs moved by pure steps, all or nothing; what falls due
        debts.py         what is owed to people after a step, in order, at least once
        attendance.py    who is connected anywhere, of those pairs are about; who of the team is on shift
        words.py         words kept apart for a day; a room is shut
        presence.py      who is where across all nodes, at a cost that a storm cannot raise
    lua/                 one verb per file, its KEYS, ARGV and answer on top; log.lua is what writers of a log share,
                         pair_clock.lua the time that pairs go by

Where to go:

    slow mode, capacity, who may enter    topics.py (and config.yaml for the figures); the gap itself is kept by the
                                          guard in lua/log.lua and lua/commit.lua, because nodes must agree on it
    a new key or channel                  envelope.py
    a new verb on the log                 its script in lua/, its name in scripts.py, a method in history.py, its use in
                                          backplane.py
    what can happen to somebody who seeks, listens or is held
                                          the table of seeking.py, listening.py, session.py or held.py; what else moves
                                          with it is a verb of wanting, meeting, giving, parting, coming or staying
    how nodes agree on a pair             matchmaker.py; a new kind of row: rows.py, LISTED and TIMELESS there
    another engine topology               address.py, link.py, backplane.py; calls.py for presence and persons
    presence is told too often, too late  roster.py (tiers)
"""
