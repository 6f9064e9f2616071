"""Generation of camera images: what they are conditioned on, the networks that draw them, how these are fitted."""
