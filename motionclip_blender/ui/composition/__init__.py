"""Implements compositions: the upper body of one motion with the lower body of another."""
