"""Defines the settings of a training run, stored as a JSON file in the run's folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path

from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import write_json
from motionclip_blender.core.json_text import parsed_json
from motionclip_blender.core.pose_format import AHEAD, HEADINGS, PELVIS, RIGHT_ANKLE, UPS, PoseFormat
from motionclip_blender.core.skeleton import BODY_JOINTS, INDEX

from ..data.splits import OF_AMASS
from ..settings_file import settings_of
from .loss_weights import LossWeights

MINILM = "minilm"
"""Name of the text tower that ships."""

ALL, DECODER = "all", "decoder"
"""What a run trains; ALL is also a choice of views."""

CAPTION, POSE = "caption", "pose"
"""By what a window's frame is chosen, if it is not a random one."""

MOST_LATENT = 8192

PRESETS = Path(__file__).resolve().parents[1] / "presets"


@dataclass(frozen=True)
class TrainConfig:
    """The settings that reproduce a run.

    Network (see `core.network_size.NetworkSize`): width ... prefix_tokens.
    latent: width of the latents, an even number; 0 is the width of the space in which `clip` embeds. With another
        width, a projection from that space to the latents' is trained too (`projection`).
    kind: "ours", or "official": the modules of the released code, whose tensors have the names of its checkpoints.
    frames: shortest and longest window.
    joints, up, last_row, heading: of the pose tensor, see `core.pose_format`.
    clip: the text tower, "minilm" or open_clip's name of a CLIP.
    text_adapter: digest of the adapter after the tower that ships (`training.text_adapter`); empty without one.
    own_captions: digest of the captions that are learned from in place of the repository's (`data.own_captions`);
        empty for these.
    start: SHA-256 of the weights of the pack that the run starts from; empty for one that starts from nothing.
    learns: what is trained, "all" or the "decoder" alone. Latents then stay what they are, and so do a pack's wordings
        and what it recognises; it is for runs that start from a pack.
    Data.
        split: leave out what this split holds out for testing ("held-out", or "unseen:" and a source; see
        `splits.is_test`); None trains on everything. For shards "amass", by data set, or "babel", BABEL's own.
        legacy: whether the shards must come from `prepare --legacy`.
        texts: of a crop of shards: its "raw" labels, its "proc" labels, or one of its "categories".
        augment: train also on slower and faster motions, and on motions with the arms of one clip and the legs of
        another.
        more: learn also from the captions of further collections (`data/captions/more`), as far as these are prepared.
        rates: windows are played up to this much slower or faster.
        most_of_class, most_of_source: largest share of the windows that a class, and a collection of clips, may have.
        foreign: share of the windows that the encoder reads as another skeleton would tell them; the decoder makes them
            as they are (`foreign`). Not for shards.
        foreign_rest: degrees by which rest poses differ there; joints of the feet, collars and wrists by more.
        foreign_merged: chance of each joint that may be missing there, and of collars that turn with the arms.
        foreign_travel: people there are up to this much larger or smaller.
        foreign_tremble: largest noise of rotations, in the units of a rotation matrix.
        across: share of the windows of captioned spans that show two actions one after the other, with both captions
            joined. Windows of shards do so by themselves.
    Batches.
        order: "weighted" draws windows at random; "epochs", for shards, takes each window once an epoch, `motions` in a
        step over all processes together.
        epochs: their number; 0 trains for `steps`.
        motions: windows of 60 frames that are encoded and decoded in a step; fewer when windows are longer and more
        when they are shorter, so that all steps cost the same.
        prompts: captions that are decoded to their exemplars.
        noise: largest norm of the noise added to a caption's embedding, as a share of its own norm. Wordings that are
        in no caption lie around those that are; the noise makes the decoder answer there too.
        mix: share of the prompts that are drawn between two wordings of the same exemplar.
        between: half of the latents of exemplars are decoded from a random place between the latent and the caption,
        up to this share of the way. It closes the gap between text latents and motion latents.
        class_names: share of the windows that are aligned to the bare name of their class instead of a caption.
        image: which of a window's rendered frames it is aligned to: a "random" one, as in the paper, the one that is
        most like its "caption" by the cosine of their embeddings, or, not for shards, the one whose "pose" is farthest
        from rest.
        images: a window is aligned to the mean of up to so many of its frames, the first ones by `image`.
        views: where a frame was rendered from several sides, "one" of them is taken, or "all" of them as one frame,
        their mean.
    refine_from: the step from which the transformers take part. Before it only the linear part and the reader learn, at
        a fraction of the cost. With `cosines` 0 there is no linear part, and this must be 0.
    linear_rate, refine_rate: learning rates as shares of the reader's: of the linear part and of the projection of
        texts, which start at their own optimum, and of the transformers, which start when the schedule has already
        lowered the rate.
    warmup, schedule: steps in which the learning rate rises, and what follows: "cosine" or "constant".
    decay_all: whether biases and norms decay too.
    clip_norm, ema: 0 leaves them out.
    log_every, check_every: steps between two lines of the log, and between two measures of the decoder's movement.
    canary_from: from this step on, a decoder whose output hardly moves stops the run. This is how MotionCLIP collapses:
        every prompt gives the same still pose.
    vertices: number of the body's vertices that the loss compares; 0 compares all.
    posed: number of frames of each window in which they are compared; 0 is all.
    smplx: whether smplx's own skinning, with correctives, poses all of them.
    shape: whether a recording's own betas shape the body, where they are SMPL-X's.
    body: SHA-256 of the body's file; empty for the open body.
    """

    seed: int = 0
    steps: int = 8_000
    epochs: int = 0
    refine_from: int = 5_000

    split: str | None = "held-out"
    augment: bool = True
    more: bool = False
    rates: float = 1.25
    most_of_class: float = 1.0
    most_of_source: float = 1.0
    foreign: float = 0.0
    foreign_rest: float = 5.0
    foreign_merged: float = 0.15
    foreign_travel: float = 1.25
    foreign_tremble: float = 0.01
    across: float = 0.0
    frames: tuple[int, int] = (20, 120)
    joints: tuple[str, ...] = BODY_JOINTS
    up: str = "y"
    last_row: str = PELVIS
    heading: str = AHEAD
    clip: str = MINILM
    text_adapter: str = ""
    own_captions: str = ""
    start: str = ""
    learns: str = ALL
    legacy: bool = False
    texts: str = "raw"

    order: str = "weighted"
    motions: int = 112
    prompts: int = 48
    noise: float = 0.5
    mix: float = 0.5
    between: float = 0.2
    class_names: float = 0.3
    image: str = "random"
    images: int = 1
    views: str = "one"

    kind: str = "ours"
    latent: int = 0
    width: int = 256
    layers: int = 3
    heads: int = 4
    feed_forward: int = 1024
    dropout: float = 0.0
    encoder_dropout: float = 0.1
    position_base: float = 150.0
    pre_norm: bool = True
    cosines: int = 24
    reader_width: int = 1024
    reader_blocks: int = 2
    integrates_translation: bool = True
    prefix_tokens: int = 2

    learning_rate: float = 1e-3
    linear_rate: float = 0.2
    refine_rate: float = 3.0
    warmup: int = 300
    schedule: str = "cosine"
    decay_all: bool = False
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema: float = 0.999

    loss: LossWeights = field(default_factory=LossWeights)
    vertices: int = 160
    posed: int = 6
    smplx: bool = False
    shape: bool = False
    body: str = ""
    half_precision: bool = True
    compile: bool = False
    save_every: int = 500
    log_every: int = 50
    check_every: int = 250
    canary_from: int = 3000

    def network(self) -> dict:
        """Returns the `network` entry of a pack."""
        return {
            "width": self.width,
            "layers": self.layers,
            "heads": self.heads,
            "feed_forward": self.feed_forward,
            "dropout": self.dropout,
            "position_base": self.position_base,
            "pre_norm": self.pre_norm,
            "integrates_translation": self.integrates_translation,
            "cosines": self.cosines,
            "reader_width": self.reader_width,
            "reader_blocks": self.reader_blocks,
            "prefix_tokens": self.prefix_tokens,
        }

    @property
    def of_shards(self) -> bool:
        """Whether it learns from shards of AMASS."""
        return self.split in OF_AMASS

    @property
    def pose_format(self) -> PoseFormat:
        """What the network reads and writes."""
        return PoseFormat(self.joints, up=self.up, last_row=self.last_row, heading=self.heading)

    def save(self, path: Path) -> None:
        write_json(path, asdict(self))

    @classmethod
    def load(cls, path: Path | None = None, preset: str = "default") -> TrainConfig:
        """Reads a preset, with the fields of a JSON file in place of its own.

        Raises `UserError` for a file that is no such JSON, or has unknown fields or values, or those of other types.
        """
        data = _read(PRESETS / f"{preset}.json") if preset in presets() else None
        if data is None:
            raise UserError(f"There is no preset {preset!r}; choose one of {', '.join(presets())}.")
        own = {} if path is None else _read(path)
        try:
            loss = own.get("loss", {})
            if isinstance(loss, dict):
                own = own | {"loss": data.get("loss", {}) | loss}
            config = settings_of(cls, data | own)
            config.check()
            return config
        except ValueError as error:
            raise UserError(f"{path or preset} is not a training configuration ({error}).") from error

    def check(self) -> None:
        """Raises `ValueError` for a word that no key knows, and for settings that do not go together."""
        for key, words in _WORDS.items():
            if getattr(self, key) not in words:
                raise ValueError(f"{key} cannot be {getattr(self, key)!r}; choose one of {', '.join(words)}")
        strange = [name for name in self.joints if name not in INDEX]
        if strange:
            raise ValueError(f"there is no joint {strange[0]}")
        if not self.joints or len(set(self.joints)) < len(self.joints):
            raise ValueError("joints names one joint or more, each once")
        for key in _ONE_OR_MORE:
            if getattr(self, key) < 1:
                raise ValueError(f"{key} must be 1 or more, not {getattr(self, key)!r}")
        if self.width % self.heads:
            raise ValueError(f"width, {self.width}, must be a multiple of heads, {self.heads}")
        if not 0 <= self.latent <= MOST_LATENT or self.latent % 2:
            raise ValueError(
                f"latent is {self.latent!r}; give an even number up to {MOST_LATENT}, or 0 for the text tower's width"
            )
        for key, what in _SHARES.items():
            if not 0 <= getattr(self, key) <= 1:
                raise ValueError(f"{key} is {what}, from 0 to 1, not {getattr(self, key)!r}")
        if not (self.most_of_class and self.most_of_source):
            raise ValueError("most_of_class and most_of_source are more than 0; 1 sets no limit")
        if self.image == POSE and self.of_shards:
            raise ValueError("poses of shards are not compared with rest; set image to random or caption")
        if self.foreign and self.of_shards:
            raise ValueError("windows of shards are read as they are; leave foreign out")
        if not 0 <= self.foreign_rest <= _MOST_DEGREES:
            raise ValueError(f"foreign_rest is degrees, from 0 to {_MOST_DEGREES:g}, not {self.foreign_rest!r}")
        if not (self.foreign_travel >= 1 and 0 <= self.foreign_tremble <= 1):
            raise ValueError("foreign_travel is 1 or more, and foreign_tremble from 0 to 1")
        for one in (self, self.loss):
            negative = [key for key, value in vars(one).items() if isinstance(value, int | float) and value < 0]
            if negative:
                raise ValueError(f"{negative[0]} must be 0 or more, not {getattr(one, negative[0])!r}")
        if not 1 < self.frames[0] <= self.frames[1]:
            raise ValueError("frames are the shortest and the longest window")
        if self.text_adapter and self.clip != MINILM:
            raise ValueError("a text adapter reads the text tower that ships; leave it out, or set clip to minilm")
        if self.order == "epochs" and self.frames[0] != self.frames[1]:
            raise ValueError("windows of an epoch have one length; give frames twice the same")
        if self.integrates_translation and (self.last_row != PELVIS or self.kind == "official"):
            raise ValueError("only the pelvis' way can be integrated, by a network of our own")
        if self.kind == "official" and self.latent:
            raise ValueError(
                "the released code's latents are as wide as its layers and as CLIP's space; leave latent out"
            )
        if self.kind == "official" and self.cosines:
            raise ValueError("the released code's network has no linear part; set cosines to 0")


_MOST_DEGREES = 45.0
_SHARES = {
    **dict.fromkeys(("across", "foreign", "most_of_class", "most_of_source", "class_names"), "a share of the windows"),
    **dict.fromkeys(("foreign_merged", "dropout", "encoder_dropout"), "a chance"),
    "mix": "a share of the prompts",
    "between": "a share of the way",
}
_ONE_OR_MORE = (
    "steps", "motions", "width", "layers", "heads", "feed_forward", "reader_width", "prefix_tokens", "position_base",
    "rates", "save_every", "log_every", "check_every", "images",
)  # fmt: skip
_WORDS = {
    "kind": ("ours", "official"),
    "up": UPS,
    "last_row": (PELVIS, RIGHT_ANKLE),
    "heading": HEADINGS,
    "order": ("weighted", "epochs"),
    "texts": ("raw", "proc", "categories"),
    "schedule": ("cosine", "constant"),
    "image": ("random", CAPTION, POSE),
    "views": ("one", ALL),
    "learns": (ALL, DECODER),
}


def presets() -> list[str]:
    """Returns the names of the presets that ship."""
    return sorted(path.stem for path in PRESETS.glob("*.json"))


def _read(path: Path) -> dict:
    try:
        data = parsed_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is not a training configuration ({error}).") from error
    if not isinstance(data, dict):
        raise UserError(f"{path} is not a training configuration (it is no JSON object).")
    return data
