"""库房: the one Django application; rows, the vault, the ledger. Knows nothing of rules."""
