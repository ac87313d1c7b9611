"""From vehicles to rare earths: limiting cases, inverses, units, what is refused."""

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rare_earths import magnet_demand as model

share = st.floats(min_value=0.01, max_value=1)
mass = st.floats(min_value=1e-3, max_value=1e9)
factor = st.floats(min_value=1.01, max_value=100)


def test_a_million_vehicles_of_two_kilograms_by_hand():
    # two thousand tonnes of magnet, 30 % NdPr: 600 t of metal, 702 t of oxide
    held = model.magnets(1e6, 1.0, 0.002)
    assert held == pytest.approx(2000)
    assert model.ndpr_oxide(held, 0.3, 1.17) == pytest.approx(702)


def test_no_vehicle_and_no_such_motor_need_no_magnet():
    assert model.magnets(0, 0.8, 0.002) == 0
    assert model.magnets(1e6, 0, 0.002) == 0


@given(mass, share)
def test_a_magnet_holds_the_neodymium_it_was_made_of(nd, part):
    assert model.magnet_mass(nd, part) * part == pytest.approx(nd)
    assert model.magnet_mass(nd, part) >= nd


@given(mass, st.floats(min_value=0, max_value=0.9))
def test_cutting_and_its_inverse(rough, scrap):
    assert model.blanks(model.finished(rough, scrap), scrap) == pytest.approx(rough)
    assert model.finished(rough, scrap) <= rough


@given(mass, share, st.floats(min_value=1, max_value=1.3))
def test_oxide_of_a_pure_metal_magnet_weighs_the_oxygen_more(magnet, part, oxide):
    assert model.ndpr_oxide(magnet, part, oxide) == pytest.approx(magnet * part * oxide)
    assert model.ndpr_oxide(magnet, 1.0, 1.0) == magnet


@given(mass, mass, factor)
def test_a_part_that_grows_with_the_whole_takes_its_share(part, whole, growth):
    found = model.drive((part, growth * part), (whole, growth * whole))
    assert found.growth == pytest.approx(found.level)


@given(mass, mass, factor, factor, st.floats(min_value=0.01, max_value=100))
def test_how_far_it_drives_does_not_depend_on_its_size(part, whole, own, all_of_it, scale):
    found = model.drive((part, own * part), (whole, all_of_it * whole))
    larger = model.drive((scale * part, scale * own * part), (whole, all_of_it * whole))
    assert larger.growth / larger.level == pytest.approx(found.growth / found.level)


def test_the_only_use_takes_all():
    assert model.drive((0, 5), (10, 15)) == (100, pytest.approx(100 / 3))


def test_units_pass_through():
    units = pint.UnitRegistry()
    units.define("vehicle = [vehicle]")
    held = model.magnets(2e6 * units.vehicle, 0.5, 2 * units.kilogram / units.vehicle)
    assert held.check("[mass]")
    assert held.to("tonne").magnitude == pytest.approx(2000)
    assert model.blanks(held, 0.2).check("[mass]")
    assert model.ndpr_oxide(held, 0.3, 1.17).check("[mass]")
    assert model.magnet_mass(500 * units.gram, 0.25).to("kg").magnitude == pytest.approx(2)


def test_what_is_refused():
    with pytest.raises(ValueError, match="share between 0 and 1"):
        model.magnets(1, 1.2, 1)
    with pytest.raises(ValueError, match="above 0"):
        model.magnet_mass(1, 0)
    with pytest.raises(ValueError, match="above 0"):
        model.blanks(1, 1)
    with pytest.raises(ValueError, match="weighs more"):
        model.ndpr_oxide(1, 0.3, 0.9)
    with pytest.raises(ValueError, match="must grow"):
        model.drive((1, 2), (3, 3))
