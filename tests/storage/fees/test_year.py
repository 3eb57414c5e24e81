"""A small year: charged and invoiced by two processes at once, and held against what happened.

The whole one is `make bench ARGS=year`.
"""

import pytest
from support import simulated_year

from storage.base.database import new_session


@pytest.mark.both_databases
def test_a_year_adds_up_has_no_hole_in_its_numbers_and_gives_back_what_it_should(installation):
    with new_session() as session:
        found = simulated_year.simulate(session, 12, 240)
    assert found["exams"] == 240
    assert found["credits_of_membership"] > 0 < found["credits_of_withdrawn"]
    assert found["credit_notes"] > 0
    assert sum(found["invoices_by_process"]) == found["invoices"] + found["credit_notes"]
