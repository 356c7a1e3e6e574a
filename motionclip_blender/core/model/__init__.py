"""Holds the parts that need torch. Only the engine loads them, on first use."""
