"""The command irf with an experiment file, as service.md calls it."""

from astropy.io import fits
from click.testing import CliRunner

from iactflow.cli import main

EXPERIMENT = """task: [type, energy, skydirection]
instrument: sst1m-stereo
data: {split: {train: 0.8, validation: 0.05, test: 0.15}}
irf: {bootstrap: 20, showers: test}
"""


def test_the_experiment_names_instrument_and_test_part(gammas, protons, tmp_path):
    config, out, page = (tmp_path / name for name in ("experiment.yaml", "irf.fits.gz", "irf.html"))
    config.write_text(EXPERIMENT)
    words = ["irf", f"--dl2={gammas}", f"--dl2={protons}", f"--out={out}", f"--report={page}"]
    unknown = CliRunner().invoke(main, [*words, "--set", "irf.showers=test"])
    assert (unknown.exit_code, "Name the experiment of the training" in unknown.output) == (2, True)
    assert not out.exists()
    done = CliRunner().invoke(main, [*words, f"--config={config}"])
    assert done.exit_code == 0, done.output
    assert {hdu.header["TELESCOP"] for hdu in fits.open(out)} == {"sst1m-stereo"}
    text = page.read_text()
    assert "SST-1M stereo, published" in text
    assert "15 % of the showers of the files were used, the test part that no model learnt from" in text
