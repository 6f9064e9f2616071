"""Kubeflow components, one folder per verb: thin wrappers around the verb's ``run()``.

The folder stands at the top of the repository and is linked into the package, so that ``iactflow run`` finds it
wherever iactflow is installed.
"""
