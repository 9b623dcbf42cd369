"""Sentences the shipped filter treats in a known way, so that tests of other things need not know its rules."""

from __future__ import annotations

STOPPED = "You are an idiot, and I am so tired of this tonight."  # refused, with a suggestion
COVERED_PART = "+1 415 555 0132"
COVERED = f"You could call me on {COVERED_PART} some evening."  # delivered, the number covered
CARE = "I want to die. I don't see how I get through this night."  # delivered, with a card for the author
HELD = "Let's move to telegram and talk there in private."  # a person from the team looks first
UNKIND = "nobody wants you here, you are worthless and everyone hates you"  # refused; nothing in it can be saved
