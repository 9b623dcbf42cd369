"""The server: clients on one side, rooms and moderation on the other.

This is the only package that knows both `rooms` (what a room is, how an event reaches every node) and `moderation`
(what may be said). It reads websockets, asks moderation, commits through rooms, and writes what rooms hand up to
everybody who listens.

The life of one message, and the file for each step:

    ws.py → gateway.py           a frame arrives
    connection.py, wire.py       is it legal now? decode it, or say which field is wrong
    dispatch.py → speech.py      the command's handler
    moderation.pipeline          the verdict, before anything is shared
    rooms.backplane              one commit; the reply is sent
    pump.py → hub.py             the event comes back from the engine, is encoded once and delivered
    outbox.py → ws.py            one write per connection and tick

Files, from the bottom up. A file imports its own layer and those below (tests/test_layers.py).

    L0  forms.py         the fields that commands share, and their bounds
        commands.py      what a client may say: one frozen type for each command
        sessioncommands.py   the same for sessions of two
        replies.py       what the server says: replies, events, refusal and close codes
        sessionreplies.py    its replies about sessions of two
    L1  wire.py          bytes ↔ words in both codecs; ready websocket frames
        fields.py        a bad field's path and its fix, from the schema
        auth.py          tokens, roles, scopes, aliases, event ids: keyed hashes, no I/O
        tickets.py       who was asked to move comes in before the crowd
        budget.py        how fast is too fast: every figure that bounds commands
        connection.py    one client from upgrade to close, without a socket: states, order of replies, positions
        knocks.py        how many new conversations one address may begin
        admission.py     who may open a websocket here, decided before anything is spent on a stranger
        person.py        a person on this node: one budget, last words; remembered for some minutes
        careid.py        the id of a care card: what it was about, sealed for its owner
        legible.py       whether a text can be read at all
        outbox.py        what waits for one connection: lanes, bounds, who is too slow
        veil.py          two people of a room who don't see each other
        hub.py           who on this node listens to what; encode once, deliver, flush
        follow.py        a room as a client follows it
        metrics.py       counters and gauges, without rooms or people in them
        nights.py        is it night in somebody's country
        enginelog.py     what the embedded engine's own log means
        settings.py      the schema of config.yaml: one frozen dataclass for each section
        sessionsettings.py   how long everything in a session lasts, how much is enough
        tellings.py      what people in a session are told: the words, and the shape of each event
    L2  accounts.py      persons, chosen aliases, revocations in the engine
        shift.py         who of the team is there, on any node
    L3  services.py      the frozen bundle every handler gets
        answers.py       what every handler says: refusals; each command ends in one reply
        joining.py       coming into a room, and catching up with it
        talk.py          being in a room: rooms, leave, members, page, typing
        lantern.py       a light at night without a name, and who hears of it
        second.py        the second opinion at work: one thread, a bounded queue
        beside.py        long texts are read by a thread of their own
        turns.py         who waits behind whom for either
        spoken.py        words ready to be judged, with the context they stand in
        outcomes.py      what became of words, as their author is told it
        speech.py        words on their way to others: send, check; held and stopped
        amends.py        what becomes of what was said: edit, take back, react
        holding.py       words that wait for a person: put aside, taken back by their author
        settling.py      what follows from the end of a case: delivered or not, its author told
        overdue.py       what falls due on the review desk when nobody decides
        desk.py          the review desk: list, claim, decide, hand on; news to those on duty
        before.py        what was decided about the person of a case before, for who has claimed it
        asking.py        asking for a person: a crisis case on the review desk
        easing.py        a room that has become heavy goes slower for a while
        care.py          what is owed to a person who wrote something heavy: the private card
        help.py          help at any time: the card, the barrier question, a person
        reports.py       report, concern: whom they are about, and what the reporter is told
        blocked.py       whom one has blocked oneself, to take it back
        blocking.py      who doesn't see whom any more, where they met
        sanctioning.py   what moderators decide about people
        appeals.py       the second look at that; the door of who is kept out
        conduct.py       what is in force against somebody who is here
        hosting.py       teen rooms: a host, first posts, disclosures
        entrusting.py    words of who is held for the responder only
        probing.py       the creep shield at work
        company.py       who on this node pairs are about; all of it may be lost
        seating.py       the room of a session: who finds it, under which names
        owing.py         what follows from a step of a session, done: told, shut, deleted
        carrying.py      words from before there was a room, through the filter, into it
        alarming.py      the team is called, the desk has it in writing, the person has the lines
        disclosing.py    somebody may be in danger: from now on they are stayed with
        pairing.py       seek, choose, withdraw; available, away, answer
        waiting.py       writing before anybody is there
        talking.py       a session beside speaking: open, close, undo, hand on, leave
        feedback.py      how it was
        past.py          what a listener gave in the last week, for their own eyes
        tomorrow.py      "check on me tomorrow", once
        staying.py       who is held, and the team: settle, handover, take
        ages.py          somebody under 18 among grown-ups: help first, then their own rooms
        supervising.py   which sessions the team may join, and joining one, visibly
        marking.py       that somebody spoke in a session, noted at a low rate
        pending.py       what is open for who comes back
        people.py        hello, tokens
        dispatch.py      the table command → handler; one reply for each command
    L4  ws.py            one websocket on a socket
        listener.py      a listening socket, and one second hand for all deadlines
        gateway.py       handshakes, reading, writing, closing; connections ↔ dispatch
        web.py           plain HTTP on the same port: the page, /livez, /readyz, /metrics
        page.py          the web client's modules, style and document put together
        offline.py       what the help card needs to open without us: /help/US-en-adult.json
        node.py          builds everything, runs it, ends it
        pump.py          what the backplane hears, moved to where it belongs
        evening.py       the rounds of pairs: what falls due, matching, who is here
        rounds.py        what a node does by itself, again and again: a table of rounds that never end
        drain.py         a node empties itself without losing anybody
        books.py         rules, words and helplines as they are on disk: changes count without a restart
        workers.py       the parent of several nodes and of the engine
        valkey.py        the embedded engine
        datadir.py       data.dir: ours, the secret, locks
        sources.py       file, environment, --set → given values
        config.py        given values → settings, every problem told at once
        checks.py        what the settings name must exist
        logs.py          structlog: ids and categories only
        cli.py           the command `warmline`
        dialler.py       from an address to a connection that has said hello
        line.py          the client's line to the server, over however many connections it takes
        places.py        the rooms a client is in, over however many connections
        client.py        the asyncio client: SDK, tests and load use this one
    static/              the web client

Where to go:

    a new command            its type in commands.py (and its reply in replies.py), a function in a handler file
                             (talk.py, speech.py, amends.py, people.py or a new one), a row in dispatch.py, a line
                             in docs/protocol.md; one that carries words goes through spoken.py's `submission`
    a session of two         what can happen is a table in rooms/; its command in sessioncommands.py, its handler in
                             pairing, talking or staying.py; what is told of it in tellings.py; effects in owing.py
    a new setting            a field in settings.py, its line in config.yaml
    a new metric             metrics.py, and where it happens; what lower layers count is copied in rounds.py
    something now and then   a function and a row in rounds.py
    another room             config.yaml only
    slow mode                config.yaml (the figure), rooms/topics.py (the rule), rooms/lua/log.lua and commit.lua (the
                             guard), outcomes.py (the words)
    what staff may do        rooms/events.py (roles), auth.py (scopes), rooms/topics.py (what they mean in a room)
    a slow or broken client  outbox.py (when), gateway.py (what then), listener.py (silence)
"""
