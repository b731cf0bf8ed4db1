"""Question banks: YAML on disk becomes a validated `Catalog`, or a list of every problem found."""
