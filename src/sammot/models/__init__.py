"""Weights: where they lie, what they are, and how they become a model on a device."""
