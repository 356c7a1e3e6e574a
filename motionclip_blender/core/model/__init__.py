"""The parts that need torch. Loaded by the engine on first use, by nothing else in `core`."""
