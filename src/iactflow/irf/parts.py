"""Which showers serve for what: some are left out, cuts are chosen with some, all is measured with the others."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from iactflow.data import schema
from iactflow.data.split import SplitFractions, assign_splits
from iactflow.errors import ConfigError
from iactflow.irf.config import Irf
from iactflow.irf.events import Showers

#: Codes of the parts: neither, for cuts, for measuring.
LEFT_OUT, TO_OPTIMISE, TO_MEASURE = range(3)


def divide(
    found: Mapping[str, Showers], config: Irf, stated: SplitFractions | None
) -> tuple[dict[str, Showers], SplitFractions]:
    """Divide showers: those left out, those that cuts are chosen with, those that all is measured with.

    Parameters
    ----------
    found : mapping of Showers
        By primary.
    config : Irf
        Which showers count, and which share of them serves to choose cuts.
    stated : SplitFractions or None
        How the experiment divides stores.

    Returns
    -------
    dict of Showers, SplitFractions
        Their events with a column ``part``, one of `LEFT_OUT`, `TO_OPTIMISE` and `TO_MEASURE`; the shares of the
        parts in this order. The hash is that of stores, so that with ``showers: test`` exactly the test part is used.

    Raises
    ------
    ConfigError
        If the test part is wanted and not known, or empty.
    """
    used = 1.0 if config.showers == "all" else _unseen(found, stated)
    optimise = used * config.optimise_share
    parts = SplitFractions(train=1 - used, validation=optimise, test=used - optimise)
    divided = {}
    for primary, showers in found.items():
        events = showers.events.copy(copy_data=False)
        code = next(code for code, name in schema.PRIMARY_NAMES.items() if name == primary)
        run, shower = (np.asarray(events[name]) for name in ("obs_id", "shower_id"))
        events["part"] = assign_splits(np.full(len(events), code), run, shower, parts)
        divided[primary] = replace(showers, events=events)
    return divided, parts


def _unseen(found: Mapping[str, Showers], stated: SplitFractions | None) -> float:
    """Give the share of the showers that no model learnt from: the smallest known, which lies in all others."""
    noted = {path: share for showers in found.values() for path, share in showers.unseen.items()}
    silent = [str(path) for path, share in noted.items() if share is None]
    if silent and stated is None:
        raise ConfigError(
            "irf.showers: test takes the showers that no model learnt from, so it must be known how the models' stores "
            f"were divided. Received: {', '.join(silent)}, which iactflow predict did not write or wrote with a model "
            "that does not say it. Name the experiment of the training with --config, whose data.split says it, or "
            "give DL2 files of other showers and set irf.showers=all."
        )
    shares = [share for share in noted.values() if share is not None]
    smallest = min([*shares, *([stated.test] if stated else [])])
    if not smallest:
        raise ConfigError(
            "irf.showers: test leaves nothing: the models' stores, or data.split, keep no showers for testing. Give "
            "DL2 files of other showers and set irf.showers=all."
        )
    return smallest
