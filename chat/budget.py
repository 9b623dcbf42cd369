"""Budgets: how fast is too fast, for a person, an address, the house. All figures that bound commands are here.

    spend ──▶ 0.0: there was one, it is taken      else: the seconds until there is one

What is typed, checked and asked for in need has a budget of its own beside the one for commands, so that none of these
ever costs a message; help goes on from the common one when its own is spent. A person's connections share theirs
(person.py). What is bounded in a room or by the filter is elsewhere: slow mode (rooms/topics.py), flood.

Pure: `now` is monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

# Commands a person may send each second, and at once. Twice what the busiest honest client was seen to need.
COMMANDS, BURST = 20.0, 60.0

# Refusals for speed beyond which nobody is listening to them: more than six times what may be in flight.
MOST_REFUSED = 100

# Checks have a budget of their own, so that looking never costs a message: a second thought every half second, and
# twenty at once for who edits quickly. Each costs as much judging as a message.
CHECKS, CHECKS_AT_ONCE = 2.0, 20.0

# Help beside the budget of commands: a press a second, and as many at once as somebody in a panic presses.
HELPING = (1.0, 20.0)


@dataclass(slots=True)
class Budget:
    """A token bucket: `rate` a second, `burst` at once. Zero rate: no limit."""

    rate: float
    burst: float
    left: float = 0.0
    at: float | None = None  # when `left` was true; None before the first spend

    def spend(self, now: float) -> float:
        """Take one token. 0.0 when there was one, else the seconds until there is."""
        if self.rate <= 0:
            return 0.0
        self.left = self.burst if self.at is None else min(self.burst, self.left + (now - self.at) * self.rate)
        self.at = now
        if self.left >= 1:
            self.left -= 1
            return 0.0
        return (1 - self.left) / self.rate
