"""Prompts that benchmarks read, each one new to the engine."""

from __future__ import annotations

from itertools import product

WHO = ("a person", "someone", "a man", "a woman", "the dancer", "an old man", "a child", "a boxer")
WHAT = (
    "does jumping jacks", "walks forward slowly", "waves with the right hand", "runs and then jumps over a box",
    "sits down", "kicks with the left leg", "throws a ball", "crawls on hands and knees", "dances salsa",
    "picks something up from the floor and puts it on a high shelf",
)  # fmt: skip
PROMPTS = [f"{who} {what}" for what, who in product(WHAT, WHO)]
WARM_UP = 5
"""Rounds that do not count."""
