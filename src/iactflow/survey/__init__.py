"""The verb ``survey``: what there is that the champion has not learnt from."""
