"""Measurements against the demands on the product, for developers."""
