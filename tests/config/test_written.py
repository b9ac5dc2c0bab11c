"""The schemas of settings, read with and without pydantic."""

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from tests.written_data import check_that_both_read_alike, data_for
from tmtui.config.blocks.loading import BLOCKS, block_model
from tmtui.config.written import SettingsWritten
from tmtui.system.documents.written import Written


@pytest.mark.parametrize("model", [SettingsWritten, *map(block_model, BLOCKS)])
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_settings_that_are_plainly_right_are_right_for_pydantic_too(
    model: type[Written], data: st.DataObject
) -> None:
    check_that_both_read_alike(model, data.draw(data_for(model, 3)))
