import numpy as np
import pytest

from iactflow.simulate import electromagnetic as em

GROUND = 1.2048e-3  # g / cm3


def test_photon_attenuation_is_nists():
    # NIST XCOM / XAAMDI, dry air, total with coherent scattering (cm2/g) at 2, 5, 10, 20 MeV. The Born approximation
    # is known to overestimate pair production below 50 MeV (here up to 2.5 % at 20 MeV).
    energy = np.array([0.002, 0.005, 0.010, 0.020])
    ours = em.pair_production(energy) + em.compton(energy)
    np.testing.assert_allclose(ours, [0.04447, 0.02751, 0.02045, 0.01705], rtol=0.025)


def test_pair_production_at_high_energy_is_seven_ninths_per_radiation_length():
    assert em.pair_production(np.array([1e5]))[0] * em.RADIATION_LENGTH == pytest.approx(7 / 9, rel=0.01)


def test_radiative_loss_at_high_energy_is_one_radiation_length():
    energy = np.array([1e4])
    hard, soft = em.bremsstrahlung(energy, 1e9)
    assert hard[0] == pytest.approx(0, abs=1e-9)
    assert soft[0] * em.RADIATION_LENGTH / energy[0] == pytest.approx(1, rel=0.02)


def test_collision_loss_is_icru37():
    # ICRU report 37, dry air near sea level, collision stopping power of electrons at 10 MeV: 1.979 MeV cm2/g.
    assert em.ionisation(np.array([0.0105]), 1.0, GROUND)[0] * 1e3 == pytest.approx(1.979, rel=0.01)


def test_critical_energy_is_pdgs():
    # PDG, dry air: 87.92 MeV for electrons; here Rossi's definition: the ionisation per X0 equals the energy.
    energy = np.linspace(0.06, 0.12, 601)
    per_length = em.ionisation(energy, 1.0, GROUND) * em.RADIATION_LENGTH
    assert energy[np.argmin(np.abs(per_length - energy))] == pytest.approx(0.0879, rel=0.02)


def test_loss_does_not_depend_on_the_cut():
    # Continuous loss below the cut plus what discrete photons and deltas carry above it.
    energy = np.array([1.0])
    total = []
    for cut in (0.01, 0.04):
        x = np.linspace(cut, 1.0, 20001)[1:]
        spectrum = -np.gradient([em.bremsstrahlung(energy, c)[0][0] for c in x[::400]], x[::400])
        total.append(em.bremsstrahlung(energy, cut)[1][0] + np.trapezoid(spectrum * x[::400], x[::400]))
    assert total[0] == pytest.approx(total[1], rel=0.02)


def test_density_effect_is_weaker_in_thin_air():
    assert em.density_effect(np.array([1000.0]), GROUND / 4) < em.density_effect(np.array([1000.0]), GROUND)
    thick, thin = (em.density_effect(np.array([1e6]), d)[0] for d in (GROUND, GROUND / 4))
    assert thick - thin == pytest.approx(np.log(4), rel=0.01)


def test_photonuclear_cross_section():
    # PDG: total photon-proton cross section 0.115 mb near 100 GeV; per air nucleus 11.37 times that.
    per_nucleus = em.photonuclear(np.array([100.0]))[0] * em.ATOMIC_MASS / em.AVOGADRO_MB
    assert per_nucleus == pytest.approx(0.115 * 11.37, rel=0.03)
    assert em.photonuclear(np.array([1.0]))[0] == 0


def test_tables_are_cumulative():
    tables = em.build(np.full(51, 5e-4), 0.0225)
    for table in (tables.photon, tables.electron[:, :3], tables.positron[:, :3]):
        assert np.all(np.diff(table, axis=1) >= 0)
    assert np.all(tables.electron[:, 2] == tables.electron[:, 1])  # electrons do not annihilate
