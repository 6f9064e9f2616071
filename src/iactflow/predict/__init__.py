"""The verb ``predict``: models estimate the showers of DL1 files, into DL2 files as ctapipe has them."""
