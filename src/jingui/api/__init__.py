"""窗口: interfaces for programs: FHIR, the ledger's public parts."""
