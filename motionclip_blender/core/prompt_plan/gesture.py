"""Defines gestures that are made by rule on whatever the body does else: looks, claps, hands put to places."""

from __future__ import annotations

from dataclasses import dataclass, replace

CIRCLES, CLAPS, HEELS, LEANS, LEGS = "circles", "claps", "heels", "leans", "legs"
LOOKS, SHOULDERS, TOUCHES = "looks", "shoulders", "touches"

LEFT, RIGHT, UP, DOWN = (75.0, 0.0, 0.0), (-75.0, 0.0, 0.0), (0.0, -35.0, 0.0), (0.0, 40.0, 0.0)
"""How the head turns to look somewhere, see `Gesture.looks`."""

_WAYS = {LEFT: "to the left", RIGHT: "to the right", UP: "up", DOWN: "down"}
_HELD = {  # where hands are that are not at a part of the body of that name
    "up": "up",
    "down": "down before the body",
    "aside": "out to its side",
    "across": "points across",
    "back": "behind the back",
    "pocket": "in the pocket",
    "nape": "behind the head",
    "prayer": "before the chest",
    "across chest": "across the chest",
    "rail": "at a rail",
    "knock": "before a door",
    "watch": "before the face, with a watch",
    "phone": "with a phone at the ear",
    "ahead": "out in front",
    "hanging": "down at the sides",
    "slanting": "away from the sides",
    "keyboard": "on a keyboard",
    "screen": "before the face, with a phone",
    "elbow": "across, at the other elbow",
    "knee": "on the knee",
    "lap": "in the lap",
    "overhead": "over the head, with something",
    "guard": "on guard before the chin",
    "waist high": "at the height of the waist",
    "chest high": "at the height of the chest",
    "head high": "at the height of the head",
    "strings": "at the strings",
    "bow": "with a bow",
    "partner": "out to its side, with a partner's",
    "partner's back": "at a partner's back",
    "tray": "under a tray",
    "rifle barrel": "under a rifle's barrel",
    "rifle grip": "at a rifle's grip",
    "rifle butt": "at the butt of a rifle",
    "pistol": "out in front, with a pistol",
    "flute's end": "at a flute's end",
    "flute's head": "at a flute's head",
    "trumpet": "at a trumpet",
    "clarinet": "at a clarinet",
    "pane": "on a pane",
    "cane": "on a cane",
    "table": "on a table",
}
_AGAINST = {
    "behind": "back",
    "left": "to the left",
    "right": "to the right",
    "ahead": "ahead",
    "over": "over",
    "down": "down",
}
_MOVING = {
    "rubs": "rub", "stirs": "stir", "taps": "tap", "brushes": "brush down", "knocks": "knock",
    "waves": "wave", "bows": "bow", "wipes": "wipe", "strokes": "stroke down", "blows": "go out",
    "presses": "press up", "pumps": "pump", "beats": "beat", "chops": "chop", "kneads": "knead",
    "strides": "go with the other leg",
}  # fmt: skip
_BY_LEGS = {
    "knee": "{knee} raised to the {to}",
    "leg": "the {side} leg is raised to the {to}",
    "stamps": "{foot} stamps",
    "taps": "{foot} taps",
    "toes": "a rise on the toes",
    "bends": "knees bend over feet that are turned out",
    "curtsies": "a curtsy, {foot} behind",
    "together": "heels together",
}


@dataclass(frozen=True)
class Gesture:
    """What is made by rule. kind: one of `CIRCLES`, `CLAPS`, `HEELS`, `LEANS`, `LEGS`, `LOOKS`, `SHOULDERS` and
        `TOUCHES`.

    looks: how the head turns, one after the other, as degrees to the left, down and over to the right. stays: whether
        it is still turned at the end, or a body on its toes. place: of `modifiers.touching`, with the hands of `sides`;
        where they clap; what the body leans against, of `modifiers.leaning`; or how high a knee is raised, of
        `modifiers.legs`. moves: how the hands move there, of `modifiers.touching`; empty if they are still; or how
        shoulders, arms and legs do, of `modifiers.shoulders`, `arm_circles` and `legs`. count: how often it is done;
        None if that is not said. alone: whether nothing else is done. sided: whether its words name a side. also: a
        further gesture, made on top of this one. kept: whether hands are said to be put there, where they stay while
        the steps that follow do not need them: on the hips, but not in a salute. at: which side of the body the place
        is on, "left" or "right", where that is said.
    """

    kind: str
    looks: tuple[tuple[float, float, float], ...] = ()
    stays: bool = False
    place: str = ""
    sides: tuple[str, ...] = ()
    moves: str = ""
    count: int | None = None
    alone: bool = True
    sided: bool = False
    also: Gesture | None = None
    kept: bool = False
    at: str = ""

    @property
    def told(self) -> str:
        """The gesture in words, for the user."""
        return f"made by rule: {'; '.join(one._told() for one in self.all)}"

    @property
    def moving(self) -> bool:
        """Whether it is done again and again, rather than held."""
        goes_back = self.kind in (LEGS, LOOKS) and not self.stays
        return self.kind in (CIRCLES, CLAPS, SHOULDERS) or goes_back or (self.kind == TOUCHES and bool(self.moves))

    @property
    def all(self) -> tuple[Gesture, ...]:
        """This gesture and the further ones."""
        return (self, *(self.also.all if self.also else ()))

    def with_also(self, further: Gesture | None) -> Gesture:
        """Returns this gesture with a further one after those that go with it already."""
        if further is None:
            return self
        return replace(self, also=further if self.also is None else self.also.with_also(further))

    def _told(self) -> str:
        times = "" if not self.count else ", once" if self.count == 1 else f", {self.count} times"
        if self.kind == CLAPS:
            return f"hands clap{' ' if self.place else ''}{self.place}{times}"
        if self.kind == CIRCLES:
            arms = "both arms swing" if len(self.sides) > 1 else f"the {self.sides[0]} arm swings"
            return f"{arms} {'' if self.moves.startswith('to ') else 'round '}{self.moves}{times}"
        if self.kind == LEGS:
            knee = "knees are" if len(self.sides) > 1 else f"the {self.sides[0]} knee is"
            foot = f"the {self.sides[0]} foot"
            return _BY_LEGS[self.moves].format(knee=knee, foot=foot, side=self.sides[0], to=self.place) + times
        if self.kind == HEELS:
            return f"the {self.sides[0]} heel is held behind"
        if self.kind == LEANS:
            return f"the body leans {_AGAINST[self.place]}"
        if self.kind == SHOULDERS:
            return f"shoulders {self.moves}{times}"
        if self.kind == LOOKS:
            ways = ", then ".join(_WAYS[look] for look in self.looks if look in _WAYS)
            return f"the head tilts{times}" if self.stays else f"a look {ways}{times}"
        side = f"{self.at} " if self.at else ""
        at = f"to the {side}{self.place}" if side else _HELD.get(self.place, f"to the {self.place}")
        hand = "both hands" if len(self.sides) > 1 else f"the {self.sides[0]} hand"
        return f"{hand} {at}" + (f", which {_MOVING[self.moves]}{times}" if self.moves else "")
