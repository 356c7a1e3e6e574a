"""Declares the properties that panels and operators share: names, descriptions, limits."""

from __future__ import annotations

import bpy

from ..core.prompt import MAX_WEIGHT

DEFAULT_FRAMES = 60
EXAMPLE = "a person waves with the right hand"
"""The prompt of a new scene, so that a single click shows a motion."""

PROMPT = {
    "name": "Prompt",
    "description": 'What the person does, in English, such as "a person waves with the right hand"',
}
STEPS = {
    "name": "Read steps",
    "description": "Read the prompt as steps, one after the other, with sides, directions, turns, counts and speeds. "
    "Otherwise the whole prompt is one motion",
    "default": True,
}
GUESS = {
    "name": "Make the nearest anyway",
    "description": "Where nothing known is like a step, make what is nearest to it. Otherwise nothing is made, and the "
    "nearest is told",
}
FRAMES = {
    "name": "Length",
    "description": "Length of the motion in frames of the scene; at 30 frames per second, 60 last 2 seconds",
    "default": DEFAULT_FRAMES,
}
START = {
    "name": "Start frame",
    "description": "Frame of the timeline at which the motion begins",
    "default": 1,
}
FACTOR = {
    "name": "Factor",
    "description": "Where the motion is between A and B: at 0 it is A, at 1 it is B. When the armature's motion was "
    "made by this blend, it follows the slider",
    "default": 0.5,
    "min": 0.0,
    "max": 1.0,
    "subtype": "FACTOR",
}
SPHERICAL = {
    "name": "Spherical",
    "description": "Go from A to B on an arc, which keeps the latent as long as its ends, not on a straight line",
}
WEIGHT = {
    "name": "Weight",
    "description": "How much of it is added; less than zero takes it away. When the armature's motion was made from "
    "these terms, it follows the slider",
    "default": 1.0,
    "min": -MAX_WEIGHT,
    "max": MAX_WEIGHT,
    "soft_min": -2.0,
    "soft_max": 2.0,
}
STOPS = {
    "name": "Stops",
    "description": "How many even steps of the blend are laid out, both ends included",
    "default": 5,
}
WHOLE = {
    "name": "Whole length",
    "description": "Frames of the scene that all segments take together; each is made longer or shorter by one factor",
    "default": 300,
}
AS_STRIPS = {
    "name": "As strips",
    "description": "Make each segment an Action and a strip of its own in the NLA editor, in place of one Action; "
    "together they play the same motion",
}
COMPOSED_BY = {
    "name": "By",
    "description": "How the two are put together",
    "items": (
        ("MASK", "Mask", "Both are made; the spine and the arms come from one, hips and legs from the other"),
        ("ARITHMETIC", "Arithmetic", "One motion is made, of the sum lower + weight * (upper - standing)"),
    ),
}
TEXT = {
    "name": "Straight from the text",
    "description": "What the person does, by the text's own embedding, without the wordings nearest to it",
}
STRAIGHT = {
    "name": "Straight from the text",
    "description": "Decode the prompt's own embedding, without looking for the wordings nearest to it that the model "
    "knows: the paper's way, vaguer for wordings that nobody has trained",
}
HANDS_TOUCH = {
    "name": "Hands touch",
    "description": "Bend the arms so that hands that touch each other, the head, the body or the legs still do with "
    "the proportions of this character. Otherwise every limb points as the motion has it",
}
WHICH_BONES = (
    ("ALL", "All bones", "All bones of the armature"),
    ("SELECTED", "Selected bones", "The bones that are selected in Pose Mode"),
    ("UPPER", "Upper body", "The bones above the hips"),
)
KEYED_BONES = {
    "name": "Key",
    "description": "Which bones motions are keyed on. All others keep what the armature's Action has for them: the new "
    "Action is a copy of it",
    "items": WHICH_BONES,
}
REDUCE = {
    "name": "Reduce keys",
    "description": "Key as few frames as keep the motion within the bound, so that the curves can be edited. "
    "Otherwise every frame has a key; sliders put them there again",
}
REDUCE_DEGREES = {
    "name": "Degrees",
    "description": "How far a joint's rotation may be off in any frame; a hand carries the errors of the whole arm",
    "default": 1.0,
    "min": 0.01,
    "soft_max": 10.0,
}
REDUCE_MILLIMETRES = {
    "name": "Millimetres",
    "description": "How far the person's place may be off in any frame",
    "default": 5.0,
    "min": 0.01,
    "soft_max": 100.0,
}
WORD = {"name": "Style word", "description": "Any word that says how, such as proud"}
ACTION = {
    "name": "Action",
    "description": "An Action of this file, read as it moves the bones of the active armature",
}
IMAGE = {"name": "Image", "description": "An image file, or the name of an image of this file"}
LATENT = {"name": "Saved latent", "description": "The name of a latent that was saved in this file"}
READINGS = (
    ("average", "Average", "All of the Action: the mean of its parts of two seconds"),
    ("first", "Beginning", "Its first two seconds"),
    ("frame", "At frame", "The two seconds around a frame"),
    ("typical", "Typical part", "The two seconds that are most like the whole"),
)
AS_SHOWN = {
    "name": "As shown",
    "description": "Read what Blender shows, with NLA strips, constraints, drivers and the object's own movement; "
    "slower. Otherwise the keys of the Action are read",
}
KIND = {"name": "Kind", "description": "What the latent comes from"}
KINDS = (
    ("PROMPT", "Prompt", "A text that says what the person does", "TEXT", 0),
    ("ACTION", "Action", "A motion of this file, as it moves the active armature", "ACTION", 1),
    ("IMAGE", "Image", "A picture of a person in the middle of the motion", "IMAGE_DATA", 2),
    ("LATENT", "Saved latent", "A latent that was saved under a name", "BOOKMARKS", 3),
    ("TEXT", "Straight from the text", "A text, by its own embedding", "FONT_DATA", 5),
)


def start_frame(scene: bpy.types.Scene) -> int:
    """Returns the frame at which the panel's settings let the motion start."""
    settings = scene.motionclip
    return scene.frame_current if settings.start_at_current else settings.start_frame
