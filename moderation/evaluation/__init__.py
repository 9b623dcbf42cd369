"""Evaluation: what the filter does to people, in figures. `python -m moderation.evaluate` is the way in.

    corpora.py     open sets and generated texts, read the same way each time
        │
    outcomes.py    a labelled case and its verdict: right, silenced, stopped, alerted, paged
        │
    measures.py    counts → shares with 95 % intervals
        │
    bars.py        the bars of the contract: floor and reach of each figure, and whether it is met
        │
    report.py, plots.py, progress.py    what is written, drawn, and compared with the last committed report

Files, all but `weight`, `rebuilding` and `progress` pure. A file imports those above it.

    measures.py    shares, Wilson intervals, percentiles, scores of two classes
    outcomes.py    what is right, silenced, stopped, an alert, a page
    corpora.py     the open sets of data/sets, cut and sampled without chance
    personal.py    generated personal details, helplines in every way people write them, harmless numbers
    disguises.py   ways to hide a word
    foreign.py     other people's files: a suite, a text, two columns
    bars.py        floors and reaches
    lived.py       M1, M12, M13: what people in pain write, and who is flagged more than others
    labelled.py    M2, M5 to M9: labelled cases by category, by pack, and the untouched third
    hidden.py      M10, M11: personal details, and words in disguise
    plots.py       small drawings (SVG), by hand
    report.py      report.json and report.md
    progress.py    the last committed report, and what became better or worse
    timing.py      M14: time alone and in batches
    slow.py        texts made to be slow
    weight.py      M15: memory and shipped bytes
    rebuilding.py  M16: the model made again
    strangers.py   what is said of other people's files

A label is one author's opinion, not clinical truth: every page of the report says so.
"""
