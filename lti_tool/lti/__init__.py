"""Everything the LTI 1.3 Advantage specifications name: login, launch, keys, registration, services."""
