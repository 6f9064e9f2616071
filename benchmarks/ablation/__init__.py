"""What each choice of hexnet buys: variants of one experiment, trained alike and compared in pairs."""
