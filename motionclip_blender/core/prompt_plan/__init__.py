"""Converts prompts to plans: the steps in order, each with side, count, speed and direction."""
