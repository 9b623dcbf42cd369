"""The bundle that handlers receive."""

from __future__ import annotations

import dataclasses

import pytest

from chat.node import Node
from chat.services import Services
from tests.support.nodes import SECRET, settings

NOWHERE = "unix:///nowhere/engine.sock"


def test_the_bundle_is_frozen() -> None:
    """A handler cannot swap the filter or the clock."""
    services = Node(settings(), NOWHERE).services
    with pytest.raises(dataclasses.FrozenInstanceError):
        services.node = "other"  # type: ignore[misc]


def test_the_secret_is_in_no_repr() -> None:
    """Nor is anything else that would stand in a log by accident."""
    services = Node(settings(), NOWHERE).services
    assert SECRET not in repr(services)


def test_every_part_is_one_that_a_node_builds() -> None:
    """No field is optional: a handler never asks whether a part is there."""
    services = Node(settings(), NOWHERE).services
    assert all(getattr(services, field.name) is not None for field in dataclasses.fields(Services))
    assert services.fresh() != services.fresh()
