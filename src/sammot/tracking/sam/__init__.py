"""Engines whose propagator is a promptable segmenter with a memory: Segment Anything 2 and its kin.

Only `parameters` can be imported where torch is not installed. Sources: SAM 2 (arXiv 2408.00714),
SAM2MOT (arXiv 2504.04519).
"""
