"""Turns values of the domain into message components. Decides what things look like, and nothing else."""
