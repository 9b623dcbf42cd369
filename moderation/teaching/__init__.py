"""Teaching: how the arrays in data/model come to be. `python -m moderation.train` is the way in.

    examples.py    texts with what each head should see in them: our lines, the open sets, and what is made from both
        │
    fitting.py     features of all of them → weights by logistic regression, in numpy alone
        │
    packing.py     the weights that matter → one small table, with the hashes of what went in and came out
        │
    trials.py      each author judged by a model that never read them: the honest figures

Nothing here runs in the server, and nothing by chance: the same files give the same arrays.
"""
