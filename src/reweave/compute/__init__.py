"""The same job on one process or several; results come back numbered, whatever the order of the work."""
