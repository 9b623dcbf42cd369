"""Moderation: what may be said, and what is owed to the person who said it.

A *submission* goes in, a *verdict* comes out. The verdict has two halves that never mix: `action` is what happens to
the words (allow, mask, hold, block), `care` is what is owed to their author. This package has never heard of rooms,
websockets or JSON; `chat` asks it before anything is shared, and pays the care whatever the action is.

    text.py        normalise: take the disguise off, keep a map back to the text as written
    stages         look at it, each on its own, and report findings; they decide nothing
    policy.py      one place decides: findings and the room's policy pack → the verdict, with its explanation

A pipeline that fails or takes too long holds the message: it never lets it through and never throws it away.

Files, from the bottom up. A file imports its own layer and those below (tests/test_layers.py).

    L0  verdict.py       the words: Submission, Finding, Action, Care, Verdict
    L1  folding.py       which written character stands for which plain letter: our own tables
        vocabulary.py    words people use: data/vocabulary.txt
        lexicon.py       one word and what it may be hiding: leet, stars, slips of the finger
        text.py          normalisation with a map back
        gates.py         what around a match says that the words mean something else: quoted, past, negated
        prefilter.py     which patterns could match at all, in one pass
        rules.py         the rule book: data/rules/*.yaml, compiled once; each rule has its own hits and misses
        digits.py        numbers that lead to a person: phones, cards, ids
        addresses.py     where somebody lives
        handles.py       names on other platforms
        dialled.py       numbers in disguise: letters for digits, told in halves, in words of other languages
        accounts.py      accounts and cards by their make, right check digits or not
        places.py        streets and houses of rarer kinds
        nicknames.py     user names by the make of the word
        links.py         e-mail and links
        contact.py       stage: all these
        flood.py         stage: too much, or the same again
        crisis.py        stage: what care is owed
        kinds.py         what the model's care is about: data/kinds.yaml
        conversation.py  stage: what several messages of one person are together
        policy.py        policy packs: data/packs/*.yaml
        says.py          what authors are told, in their language: data/says/*.yaml
        sheets.py        YAML somebody wrote by hand, with a line for every complaint
        own.py           an operator's own folder: rules and lists of words
        ownpacks.py      and packs and helplines
        trial.py         what an operator's rules do to real sentences, before they may do it to people
        books.py         all of these as one value, whole and good
        hours.py         when a line answers, in its own zone
        helplines.py     the listing, and what a human must read again: data/helplines.yaml
        elsewhere.py     other groups, organisations and places, with source and day: data/elsewhere.yaml
        offers.py        which lines for this person, now
        card.py          the care card: its shape and its words, data/card.yaml
        contagion.py     when a room has become heavy
        features.py      what the model reads of a message: hashed words and runs of letters
        model.py         eight heads over these: data/model
        opinion.py       a sentence encoder, for what the model is unsure of: data/model
        heeding.py       what follows from its scores, given the room and the words around
        answer.py        what becomes of the words, what is told, what could be said instead
        work.py          one submission on its way through the stages
        wording.py       the stages that read the words: normalise, contact, rules, crisis
        guessing.py      the model's stage and the second opinion's
        gathering.py     with the author's last messages: joined, and the conversation
        pipeline.py      runs it all over the submissions of a tick
        ladder.py        the published ladder: its steps, and where each reason starts on it
        sanctions.py     what a sanction can be made of, which step falls due, appeals
        reports.py       what reports weigh; they only decide how soon somebody looks
        shield.py        the creep shield: data/probing.yaml
        keys.py          key names of the review desk, and of what is kept about conduct
        cases.py         cases for a person to decide, in words: kinds, resolutions, how urgent
        steps.py         what can happen to a case: the table of states, and who may
        deadlines.py     what falls due on the desk when nobody decides
        tidings.py       what people are told became of their held message
        functions.py     sentences by what they do to a group: hateful ones, and harmless ones that look like them
        familiar.py      what each word weighs, reckoned once and kept
        lines.py         labelled lines: what the filter is taught and tried with
    L2  audit.py         the trail of what was done, chained so that a change shows
        firsts.py        what was released of somebody new in a teen room, counted
        standing.py      sanctions, reports and signs of one person in the engine
        review.py        cases in the engine: moved by exactly one, in order, due times under a lease
    L4  evaluate.py      `python -m moderation.evaluate`: what all this does to people, in figures (evaluation/)
        train.py         `python -m moderation.train`: the model made again from this repository (teaching/)
    data/                rules, packs and helplines: most changes happen here and need no code
    lua/                 one verb of the desk and of conduct per file; trail.lua is what those that note something share

Where to go:

    a new rule           data/rules/*.yaml: the rule with its hits and misses (the tests run them); its consequence
                         is in the packs
    a new helpline       data/helplines.yaml: number, hours in its own zone, source, date checked
    a new pack           data/packs/<name>.yaml; rooms name it in config.yaml
    stricter or milder   the pack's thresholds in data/packs/
    a new stage          its own file, its line in `Wording.stages` or in `_after` of pipeline.py, thresholds in the
                         packs
"""
