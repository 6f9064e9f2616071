"""Networks and other predictors: image mapping, CTLearn's models, the random forest, model bundles."""
