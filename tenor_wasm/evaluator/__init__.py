"""Pure semantics, one file a concept. Inputs are never changed; the same input gives the same answer."""
