"""Prepares data, trains the networks, exports and evaluates packs. Needs the extra `training`."""
