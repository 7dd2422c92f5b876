"""Profiles that are already split: customer exports in, a diagnosis or a plan of merging calls out.

Nothing here speaks to a network. It needs `pip install trackaudit[profiles]`, but for `model`, which is plain Python.
"""
