"""The verb ``irf``: instrument response functions of a model, from DL2 files of gammas and background."""
