"""Reckoning with China's Rare Earths: evidence, measures, claims and figures of the book."""
