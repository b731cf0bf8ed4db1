"""What members and moderators do, one module per activity. Knows neither Discord nor SQL."""
