"""What every test can ask for: where things lie, and whether the shared conformance data is there."""
