"""Defines the content of a prompt that is read in steps, with sides, directions, turns, counts and speeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ..cleanup.windows import joined
from ..errors import UserError
from ..performance.lengths import known_length
from ..performance.perform import Performance, composed, is_plain, plain_latent
from ..performance.sequence import of_upper_body
from ..prompt import MIN_FRAMES
from ..prompt_plan.plain_prompt import plain_prompt
from ..prompt_plan.read import MAX_SEGMENTS
from ..prompt_plan.told import guesses, steps_of
from ..prompt_plan.understand import as_taken, refuse_guesses, understand
from ..variation.choices import varied_choice
from ..variation.sampling import checked_seed, told_seed
from .content import Content, Decoded

if TYPE_CHECKING:
    import numpy as np

    from ..cleanup.pipeline import CleanUp
    from ..engine import Engine
    from ..latents.terms import Source
    from ..motion import Motion
    from ..prompt_plan.choice import Choice
    from ..prompt_plan.plan import Plan


DEFAULT_FRAMES = 60
"""Frames of a single motion that repeats itself, if no length is asked for."""

UNREAD = (
    "The pack {} does not carry its wordings as texts, by which steps are read: the whole prompt is made as one motion."
)
"""What is said of a pack, by its name, that cannot read steps."""


@dataclass(frozen=True)
class PromptPlan(Content):
    """One motion of all steps of a prompt.

    guess: whether the nearest motion is made for an unknown step; otherwise `decode` raises `UserError`.
    takes: for each step, in order, the pack's wording that the user takes it for; empty where the nearest is taken, as
        for all further steps.
    Raises `UserError` for an empty prompt, one without words, or one too long.
    """

    kind: ClassVar[str] = "plan"
    has_latent: ClassVar[bool] = False

    prompt: str
    guess: bool = False
    takes: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", plain_prompt(self.prompt))
        takes = [" ".join(wording.split()) for wording in self.takes]
        while takes and not takes[-1]:
            takes.pop()
        object.__setattr__(self, "takes", tuple(takes))
        checked_seed(self.seed)

    def taking(self, step: int, wording: str) -> PromptPlan:
        """Returns the plan with one step, counted from 1, taken for a wording of the pack.

        An empty wording takes the nearest again. Raises `UserError` for a step that no plan has.
        """
        if not 1 <= step <= MAX_SEGMENTS:
            raise UserError(f"Steps are counted from 1 to {MAX_SEGMENTS}; there is no step {step}.")
        takes = [*self.takes, *[""] * (step - len(self.takes))]
        takes[step - 1] = wording
        return replace(self, takes=tuple(takes))

    @property
    def title(self) -> str:
        return self.prompt

    @property
    def description(self) -> str:
        taken = [f"{number} as “{wording}”" for number, wording in enumerate(self.takes, 1) if wording]
        return f"“{self.prompt}”" + (f" (step {', '.join(taken)})" if taken else "") + told_seed(self.seed)

    @property
    def sources(self) -> tuple:
        return self.kind, self.prompt, self.takes, self.seed

    @property
    def mark(self) -> str:
        return str(self.seed)

    def varied(self, seed: int) -> PromptPlan:
        return replace(self, seed=seed)

    def natural_length(self, engine: Engine) -> int:
        """Counts the frames that the steps take by themselves, at the pack's rate. Raises `UserError` as `decode`."""
        if not engine.reads_steps:
            return DEFAULT_FRAMES
        plan, choices = self._understood(engine)
        if is_plain(plan, choices) and choices[0].facts.after == "repeat":
            return DEFAULT_FRAMES
        return max(len(composed(engine, plan, choices).motion), MIN_FRAMES)

    def known_length(self, engine: Engine) -> int | None:
        """Returns the frames that the steps take by themselves, at the pack's rate; None if only their motion tells.

        Raises `UserError` as `decode`.
        """
        return known_length(engine, *self._understood(engine)) if engine.reads_steps else DEFAULT_FRAMES

    def goes_on(self, engine: Engine) -> bool:
        """Tells whether it begins with a motion that repeats itself, uncounted. Raises `UserError` as `decode`."""
        if not engine.reads_steps:
            return True
        plan, choices = self._understood(engine)
        return choices[0].facts.after == "repeat" and not plan.segments[0].measured

    def rests(self, engine: Engine) -> bool:
        """Tells whether it comes to rest, so that its last pose may be held. Raises `UserError` as `decode`."""
        if not engine.reads_steps:
            return False
        plan, choices = self._understood(engine)
        return choices[-1].facts.after == "hold" or plan.segments[-1].measured

    def of_upper_body(self, engine: Engine, motion: Motion) -> bool:
        """Tells whether its motion, that of a single step, can be done by who sits or kneels. Raises `UserError` as
        `decode`."""
        if not engine.reads_steps:
            return False
        plan, choices = self._understood(engine)
        return len(choices) == 1 and of_upper_body(engine, plan.segments[0], choices[0], motion)

    def natural(self, engine: Engine) -> Decoded:
        """Decodes the motion at its natural length. Raises `UserError` as `decode`."""
        plan, choices = self._understood(engine)
        done = composed(engine, plan, choices)
        return self._told(engine, done, done.ends, len(done.motion))

    def _understood(self, engine: Engine) -> tuple[Plan, tuple[Choice, ...]]:
        plan, choices = understand(engine, engine.wordings, self.prompt, self.guess)
        if len(self.takes) > len(choices):  # chosen for a step that is else left out
            plan, choices = understand(engine, engine.wordings, self.prompt, guess=True)
        if self.takes:
            choices = as_taken(engine, engine.wordings, plan, choices, self.takes)
        if not self.guess:
            refuse_guesses(plan, choices)
        if self.seed:
            steps = enumerate(zip(plan.segments, choices, strict=True))
            choices = tuple(varied_choice(engine, *step, self.seed, number) for number, step in steps)
        return plan, choices

    def decode(self, engine: Engine, latents: Mapping[Source, np.ndarray], clean_up: CleanUp) -> Decoded:
        """Makes the motion. A single step with nothing to change is made as a prompt alone is, with its latent.

        So is the whole prompt, with a note, by a pack that does not carry its wordings as texts.
        """
        if not engine.reads_steps:
            latent = engine.prompt_latents([self.prompt])[0]
            (motion,) = joined(engine, latent[None], clean_up.decoded_length)
            notes = (*engine.cut_prompts([self.prompt]), UNREAD.format(engine.pack.name))
            return Decoded(motion, latent, notes)
        plan, choices = self._understood(engine)
        if is_plain(plan, choices):
            (choice,) = choices
            latent = choice.latent if self.seed else plain_latent(engine, plan.segments[0].text, choice)
            (motion,) = joined(engine, latent[None], clean_up.decoded_length)
            done = Performance(motion, plan, choices, plan.remarks, (clean_up.frames,))
            return self._told(engine, done, done.ends, clean_up.frames)._replace(latent=latent)
        done = composed(engine, plan, choices, clean_up.length)
        rate = clean_up.fps / engine.pack.fps
        return self._told(engine, done, [end * rate for end in done.ends], clean_up.frames)

    def _told(self, engine: Engine, done: Performance, ends: Sequence[float], frames: int) -> Decoded:
        """Returns the motion with what is to be told of it. ends: the frame at which each step ends, of `frames`."""
        cut = engine.cut_prompts([segment.text for segment in done.plan.segments])
        notes = (*done.remarks, *cut, *guesses(done.plan, done.choices))
        return Decoded(done.motion, notes=notes, steps=steps_of(done.plan, done.choices, ends, frames))
