"""Comparison of the simulator with CORSIKA, sim_telarray and publications: ``python -m iactflow.simulate.validation``.

Each part of `PARTS` in ``__main__`` is a module with a function ``run`` that gives tables and figures; the command
writes them into ``docs/``, so that nobody types a result.
"""
