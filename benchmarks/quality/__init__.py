"""How good networks are beside the random forest, as tables of Markdown from result folders."""
