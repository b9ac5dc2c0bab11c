"""The schema of a plan, read with and without pydantic."""

from hypothesis import HealthCheck, given, settings, strategies as st

from tests.written_data import check_that_both_read_alike, data_for
from tmtui.plans.written import PlanWritten, TaskWritten


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([TaskWritten, PlanWritten]), st.data())
def test_a_plan_that_is_plainly_right_is_right_for_pydantic_too(
    model: type[TaskWritten | PlanWritten], data: st.DataObject
) -> None:
    check_that_both_read_alike(model, data.draw(data_for(model)))
