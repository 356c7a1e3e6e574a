"""Draws the look of a frame: parameters from distributions that a configuration file sets."""

from __future__ import annotations

import colorsys
import math
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from motionclip_blender.core.body import Body
from motionclip_blender.core.colour import srgb_to_linear
from motionclip_blender.core.errors import UserError

NAMES = ("paper", "varied")
_FOLDER = Path(__file__).with_name("looks")
_STUDIOS = ("Default", "basic.sl", "outdoor.sl", "paint.sl", "rim.sl", "studio.sl")
_SHAPES = 10  # number of betas drawn
_DIGITS = 5  # decimals of every number; rounding before rendering makes a frame's JSON exact


@dataclass(frozen=True)
class Look:
    """The look of one frame. Angles are in degrees, colours in linear RGB.

    shape: (10,) betas. azimuth, elevation: of the camera, from the person's facing direction and from the horizontal.
    focal_length: millimetres for a picture 36 mm high. margin: free border around the person, as a part of half the
    picture's size. studio: Workbench's light. exposure: stops. light_azimuth, light_elevation: direction of the sun,
    relative to the camera's. light_strength: W/m2. sky: part of the background's brightness that lights the person.
    shadow: how dark Workbench's shadows are; they fall only on a floor. colours: of the body's zones.
    """

    shape: tuple[float, ...]
    azimuth: float
    elevation: float
    focal_length: float
    margin: float
    studio: str
    exposure: float
    light_azimuth: float
    light_elevation: float
    light_strength: float
    sky: float
    background: tuple[float, float, float]
    floor: bool
    floor_colour: tuple[float, float, float]
    shadow: float
    colours: dict[str, tuple[float, float, float]]

    def as_json(self) -> dict:
        """Returns plain data; `Look(**data)` restores the look."""
        return asdict(self)


@dataclass(frozen=True)
class _Number:
    """A number; drawn values are clipped to its bounds."""

    low: float
    high: float


_TEXT, _COLOUR, _FLAG = "text", "colour", "yes or no"
_KEYS: dict[str, dict[str, object]] = {
    "body": {"shape": _Number(-5, 5)},
    "camera": {
        "azimuth": _Number(-360, 360), "elevation": _Number(0, 85), "focal_length": _Number(12, 400),
        "margin": _Number(0.02, 0.8),
    },
    "light": {
        "studio": _TEXT, "exposure": _Number(-10, 10), "azimuth": _Number(-360, 360), "elevation": _Number(5, 90),
        "strength": _Number(0, 1000), "sky": _Number(0, 1),
    },
    "background": {"colour": _COLOUR, "floor": _FLAG, "floor_colour": _COLOUR, "shadow": _Number(0, 1)},
    "colours": {},  # the names of the body's zones, see `zones_of`
}  # fmt: skip


class Looks:
    """The distributions of a configuration.

    config: sections of keys, as in the files in looks/. origin: name of the configuration, for messages. zones: of the
    body, by name: the keys of [colours].
    Raises `UserError` for unknown sections and keys, and for values that are no distribution of finite numbers.
    """

    def __init__(self, config: dict, origin: str, zones: Sequence[str]) -> None:
        self.config = config
        self._origin = origin
        self._zones = zones
        self._check_keys()
        self._check_finite()
        self.draw(np.random.default_rng(0))

    @classmethod
    def load(cls, name: str, overrides: Path | None = None, zones: Sequence[str] = ()) -> Looks:
        """Loads the shipped look `name`; keys of the TOML file `overrides` replace its own.

        zones: names of the body's zones. A shipped look may name others, which bodies without them do without.
        """
        config = _toml(_FOLDER / f"{name}.toml")
        zones = tuple(dict.fromkeys([*zones, *config["colours"]]))
        if overrides is None:
            return cls(config, f"{name}.toml", zones)
        for section, keys in _toml(overrides).items():
            if not isinstance(keys, dict):
                raise UserError(f"{overrides}: {section} stands outside a section such as [camera]; move it into one.")
            config.setdefault(section, {}).update(keys)
        return cls(config, str(overrides), zones)

    def draw(self, rng: np.random.Generator) -> Look:
        """Draws a look. Uses as many random numbers as the configuration needs, always in the same order."""
        at = self._at(rng)
        colours: dict[str, tuple[float, ...]] = {}
        for zone in self.config.get("colours", {}):
            colours[zone] = at("colours", zone, colours)
        return Look(
            shape=tuple(at("body", "shape") for _ in range(_SHAPES)),
            azimuth=at("camera", "azimuth"),
            elevation=at("camera", "elevation"),
            focal_length=at("camera", "focal_length"),
            margin=at("camera", "margin"),
            studio=at("light", "studio"),
            exposure=at("light", "exposure"),
            light_azimuth=at("light", "azimuth"),
            light_elevation=at("light", "elevation"),
            light_strength=at("light", "strength"),
            sky=at("light", "sky"),
            background=at("background", "colour"),
            floor=at("background", "floor"),
            floor_colour=at("background", "floor_colour"),
            shadow=at("background", "shadow"),
            colours=colours,
        )

    def _at(self, rng: np.random.Generator) -> Callable:
        def draw(section: str, key: str, colours: dict | None = None):
            kind = _KEYS[section].get(key, _COLOUR)
            try:
                return _draw(self.config[section][key], kind, rng, colours or {})
            except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
                raise UserError(
                    f"{self._origin}: {section}.{key} cannot be drawn ({error}); see docs/rendering.md."
                ) from error

        return draw

    def _check_keys(self) -> None:
        for section, keys in self.config.items():
            if section not in _KEYS:
                raise UserError(f"{self._origin}: there is no section [{section}]; there are {', '.join(_KEYS)}.")
            known = self._zones if section == "colours" else _KEYS[section]
            for key in keys:
                if key not in known:
                    raise UserError(f"{self._origin}: [{section}] has no key {key}; it has {', '.join(known)}.")

    def _check_finite(self) -> None:
        for section, keys in self.config.items():
            for key, spec in keys.items():
                if not _is_finite(spec):
                    raise UserError(f"{self._origin}: {section}.{key} holds nan or inf; give finite numbers.")


def zones_of(body: Body) -> tuple[str, ...]:
    """Returns the names of the body's zones, which `Look.colours` colours; a body without zones is all skin."""
    return body.zone_names or ("skin",)


def _toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"Cannot read {path} ({error.strerror}); choose another configuration.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no TOML file ({error}); correct it.") from error


# --- distributions


def _is_finite(spec: object) -> bool:
    """Checks that neither a value of the file nor any value within it is NaN or infinite."""
    if isinstance(spec, dict):
        return all(map(_is_finite, spec.values()))
    if isinstance(spec, list):
        return all(map(_is_finite, spec))
    return not isinstance(spec, float) or math.isfinite(spec)


def _draw(spec: object, kind: object, rng: np.random.Generator, colours: dict):
    """Draws one value of `kind`.

    Raises ValueError, TypeError, KeyError, IndexError or OverflowError for a `spec` that doesn't fit it.
    """
    if isinstance(kind, _Number):
        return round(float(np.clip(_number(spec, rng), kind.low, kind.high)), _DIGITS)
    if kind == _COLOUR:
        return tuple(round(float(channel), _DIGITS) for channel in _colour(spec, rng, colours))
    value = _choice(spec, rng)
    if kind == _TEXT and value not in _STUDIOS:
        raise ValueError(f"{value!r} is none of {', '.join(_STUDIOS)}")
    if kind == _FLAG and not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _only(spec: dict) -> tuple[str, object]:
    if len(spec) != 1:
        raise ValueError(f"{spec} does not name one distribution")
    return next(iter(spec.items()))


def _choice(spec: object, rng: np.random.Generator) -> object:
    if not isinstance(spec, dict):
        return spec
    name, values = _only(spec)
    if name != "choice":
        raise ValueError(f"{name} is no distribution for this key")
    return values[rng.integers(len(values))]


def _number(spec: object, rng: np.random.Generator) -> float:
    if isinstance(spec, dict) and "choice" not in spec:
        name, (first, second) = _only(spec)
        drawing = {"uniform": rng.uniform, "normal": rng.normal}
        if name not in drawing:
            raise ValueError(f"{name} is no distribution of numbers")
        value = drawing[name](first, second)
    else:
        value = _choice(spec, rng)
    if isinstance(value, bool) or not np.isfinite(float(value)):
        raise ValueError(f"{value!r} is no number")
    return float(value)


def _colour(spec: object, rng: np.random.Generator, colours: dict) -> np.ndarray:
    if isinstance(spec, dict) and "of" in spec:
        if set(spec) != {"of", "times"}:
            raise ValueError("a colour `of` another zone needs `times`, and nothing else")
        if spec["of"] not in colours:
            raise ValueError(f"the zone {spec['of']} must come before it")
        return np.clip(np.array(colours[spec["of"]]) * np.array(spec["times"], float).reshape(3), 0, 1)
    if isinstance(spec, dict) and "hsv" in spec:
        _, bounds = _only(spec)
        hue, saturation, value = (rng.uniform(low, high) for low, high in bounds)
        return srgb_to_linear(np.clip(colorsys.hsv_to_rgb(hue % 1.0, saturation, value), 0, 1))
    if isinstance(spec, dict) and "between" in spec:
        stops = np.array([_hex(text) for text in _only(spec)[1]])
        at = rng.uniform(0, len(stops) - 1)
        step = min(int(at), len(stops) - 2)
        return srgb_to_linear(stops[step] + (at - step) * (stops[step + 1] - stops[step]))
    return srgb_to_linear(_hex(_choice(spec, rng)))


def _hex(text: object) -> np.ndarray:
    if not (isinstance(text, str) and len(text) == 7 and text.startswith("#")):
        raise ValueError(f"{text!r} is no colour such as #c68642")
    return np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255
