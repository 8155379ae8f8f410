"""A simulated night held against its truth files: what was found, missed, false, or wrongly told.

Only this package reads them; the reduction never does.
"""
