"""The contract as data: constructs, expression nodes, loading with every check, canonical JSON and hash."""
