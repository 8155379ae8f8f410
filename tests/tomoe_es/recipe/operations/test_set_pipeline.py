import pytest

from tomoe_es.recipe.argument_faults import ArgumentFaults, MissingField
from tomoe_es.recipe.operations.set_pipeline import SetPipeline


def test_sets_the_steps_and_is_complete_at_once(scene):
    operation = SetPipeline.parse(["wcs", "stack", "neo"])
    assert operation.settings(scene.situation).pipeline == ("wcs", "stack", "neo")
    assert operation.complete(scene.situation)
    assert operation.commands(scene.situation) == []


def test_moving_objects_need_stack_and_astrometry():
    with pytest.raises(MissingField, match="'neo' needs stack"):
        SetPipeline.parse(["wcs", "neo"])


def test_a_step_stands_once():
    with pytest.raises(ArgumentFaults, match="'wcs' stands there twice"):
        SetPipeline.parse(["wcs", "wcs"])


def test_something_is_made_of_every_exposure():
    with pytest.raises(ArgumentFaults, match="an empty list"):
        SetPipeline.parse([])
