"""Trains in a folder: `config.json`, `checkpoint.pt`, `log.jsonl`. A stopped run is resumed from its checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.network_size import NetworkSize

from ..text_tower import minilm
from .body_loss import SparseBody
from .config import TrainConfig
from .dataset import Sample, Windows
from .distributed import Place
from .embeddings import Captions, Frames
from .linear_start import start
from .log import Log
from .step import Batch, Step

_LOG_EVERY = 50
_CANARY_EVERY = 250
_CANARY_PROMPTS = 48
_STILL = 0.1  # share of the exemplars' movement below which a decoder has collapsed


class Run:
    """The network, optimizer and data of a run.

    samples: the training samples, with the embeddings of their `captions` and, for equation 3, of their `frames`.
    """

    def __init__(
        self,
        folder: Path,
        config: TrainConfig,
        samples: list[Sample],
        body: Body,
        captions: Captions,
        frames: Frames | None = None,
        place: Place | None = None,
    ) -> None:
        self.folder, self.config, self.place = folder, config, place or Place()
        self.windows = Windows(samples, config.joints, config.rates)
        self.captions, self.frames = captions, frames
        torch.manual_seed(config.seed)
        size = NetworkSize(rows=len(config.joints) + 1, latent=minilm.SPEC.width, **config.network())
        self.network = MotionCLIP(size)
        # dropout only at the input: between layers it costs a CPU a tenth of the step
        self.network.encoder.drop.p = config.encoder_dropout
        sparse = SparseBody(body, config.joints, config.vertices)
        if config.cosines:
            captions.whiten(self.network.decoder.reader.whiten)
        if config.cosines and not self.checkpoint.exists():  # a resumed run takes its weights from there
            random = np.random.default_rng(config.seed)
            start(self.network, self.windows, captions, sparse, config.frames, random)
        self.average = MotionCLIP(size)
        self.average.load_state_dict(self.network.state_dict())
        device = self.place.device
        mean, names = torch.from_numpy(captions.mean), torch.from_numpy(captions.names)
        step = Step(self.network, sparse, config.loss, mean, names, config.posed).to(device)
        self.average.to(device).eval()
        self.optimizer = torch.optim.AdamW(self._groups(), lr=config.learning_rate, fused=True)
        self._module = torch.compile(step, dynamic=True) if config.compile else step
        self._module = self.place.wrap(self._module)
        self.step = 0

    def _groups(self) -> list[dict[str, Any]]:
        """Returns the optimizer's parameters by weight decay and learning rate. Biases and norms do not decay."""
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            if parameter.requires_grad:
                decay = self.config.weight_decay if parameter.ndim > 1 else 0.0
                of_linear, of_reader = ".linear." in name, ".reader." in name
                rate = self.config.linear_rate if of_linear else 1.0 if of_reader else self.config.refine_rate
                groups.setdefault((decay, rate), []).append(parameter)
        return [{"params": p, "weight_decay": decay, "rate": rate} for (decay, rate), p in groups.items()]

    # --- checkpoints

    @property
    def checkpoint(self) -> Path:
        """Path of the checkpoint."""
        return self.folder / "checkpoint.pt"

    def save(self) -> None:
        """Writes the whole state of the run, atomically."""
        state = {
            "step": self.step,
            "config": asdict(self.config),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        save_checkpoint(state, self.checkpoint)

    def resume(self) -> None:
        """Loads the folder's checkpoint, if there is one.

        Raises `UserError` when it is damaged or of another configuration.
        """
        if not self.checkpoint.exists():
            return
        state = load_checkpoint(self.checkpoint)
        ours, theirs = asdict(self.config), dict(state["config"])
        free = {"steps", "save_every", "canary_from", "compile"}  # settings that a resumed run may change
        changed = [key for key in ours if key not in free and ours[key] != theirs.get(key)]
        if changed:
            raise UserError(f"{self.checkpoint} was trained with another {changed[0]}; give the run another folder.")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    # --- training

    def train(self) -> None:
        """Trains until the configured number of steps and saves checkpoints at intervals.

        Raises `UserError` when the loss is not finite or the decoder has collapsed; the last checkpoint stays.
        """
        from tqdm import tqdm

        log = Log(self.folder, self.step) if self.place.leads else None
        bar = tqdm(total=self.config.steps, initial=self.step, disable=None if self.place.leads else True)
        while self.step < self.config.steps:
            terms = self.one_step()
            bar.update()
            if self.step % _CANARY_EVERY == 0:
                terms["movement"] = self.check_movement()
            if log and self.step % _LOG_EVERY == 0:
                values = {name: float(value) for name, value in terms.items()}
                log.write(self.step, values)
                bar.set_postfix({k: f"{values[k]:.2f}" for k in ("reconstruction", "text") if k in values})
            if self.place.leads and (self.step % self.config.save_every == 0 or self.step == self.config.steps):
                self.save()
        bar.close()

    def one_step(self) -> dict[str, Tensor]:
        """Trains on one batch and returns the weighted losses."""
        config = self.config
        # seeded by the step's number, so that a resumed run equals one that was never stopped
        random = np.random.default_rng((config.seed, self.step, self.place.rank))
        torch.manual_seed(int(random.integers(2**31)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["rate"] * config.learning_rate * _schedule(self.step, config.steps, config.warmup)
        # the same length in all processes, or they would wait for each other
        frames = int(np.random.default_rng((config.seed, self.step)).integers(config.frames[0], config.frames[1] + 1))
        self.network.train()
        batch = self._batch(frames, random)
        with torch.autocast(self.place.device.type, torch.bfloat16, enabled=config.half_precision):
            terms = self._module(batch, self.step >= config.refine_from)
        loss = sum(value for name, value in terms.items() if "/" not in name)
        if not torch.isfinite(loss):
            raise UserError(
                f"The loss is not finite at step {self.step}; the last good checkpoint is {self.checkpoint}. "
                "Lower the learning rate, or look for broken motions with `python -m training prepare`."
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.network, self.step, self.config.ema)
        return {name: value.detach() for name, value in terms.items()}

    def _batch(self, frames: int, random: np.random.Generator) -> Batch:
        config = self.config
        # a constant number of frames in every step: short windows come in larger batches
        chosen, motions = self.windows.draw(max(config.motions * 60 // frames, 4), frames, random)
        actions = torch.from_numpy(self.captions.actions[chosen]).to(self.place.device)
        # only exemplars may be decoded from a place nearer to their caption
        towards = random.uniform(-config.between, config.between, len(chosen)).clip(0) * self._stands_for(chosen)
        batch = Batch(
            motions=self._tensor(motions),
            captions=self._tensor(self.captions.of(chosen, config.class_names, random)),
            actions=actions,
            same=actions[:, None] == actions,
            between=self._tensor(towards[:, None]),
        )
        if self.frames is not None:
            images, seen = self.frames.of(chosen, random)
            batch.images, batch.seen = self._tensor(images), self._tensor(seen)
        if config.prompts:
            prompted, poses = self.windows.draw_exemplars(max(config.prompts * 60 // frames, 4), frames, random)
            batch.prompted = self._tensor(poses)
            batch.places = self._tensor(self.captions.prompts_of(prompted, config, random))
        return batch

    def _stands_for(self, chosen: np.ndarray) -> np.ndarray:
        return np.array([bool(self.windows.samples[i].prompts) for i in chosen])

    def _tensor(self, array: np.ndarray) -> Tensor:
        return torch.from_numpy(np.asarray(array, np.float32)).to(self.place.device)

    # --- the canary

    @torch.no_grad()
    def movement(self) -> float:
        """Returns the movement (variance over time) decoded from exemplars' captions, as a share of their own."""
        exemplars = self.windows.exemplars[:: max(1, len(self.windows.exemplars) // _CANARY_PROMPTS)]
        real = np.stack([self.windows.window(i, 0, self.config.frames[0]) for i in exemplars])
        places = np.stack([self.captions.prompts[i][0] for i in exemplars])
        made = self.average.decoder(self._tensor(places), self.config.frames[0]).cpu().numpy()
        return float(made[:, :, :-1].var(axis=1).mean() / max(real[:, :, :-1].var(axis=1).mean(), 1e-9))

    def check_movement(self) -> Tensor:
        """Returns `movement` as a tensor. Raises `UserError` when it is that of a collapsed decoder."""
        share = self.movement()
        if self.step >= self.config.canary_from and share < _STILL:
            raise UserError(
                f"The decoder has collapsed: at step {self.step} it makes {100 * share:.0f} % of the clips' movement, "
                f"nearly the same still pose for every prompt. Lower the learning rate; the "
                f"last checkpoint is {self.checkpoint}."
            )
        return torch.tensor(share)


@torch.no_grad()
def follow(average: nn.Module, module: nn.Module, step: int, most: float) -> None:
    """Moves `average`, the exponential moving average of a module's parameters, on by a step.

    most: largest share of the average that is kept.
    """
    # averages forget faster at first, or the random start would stay in them for thousands of steps
    keep = min(most, (1 + step) / (10 + step))
    torch._foreach_lerp_(list(average.parameters()), list(module.parameters()), 1 - keep)


def save_checkpoint(state: dict[str, Any], path: Path) -> None:
    """Writes a checkpoint atomically. Raises `UserError` when it cannot be written; the one before stays."""
    with whole_path(path) as temporary:
        try:
            torch.save(state, temporary)
        except RuntimeError as error:  # torch raises RuntimeError on a full disk
            raise UserError(
                f"Cannot write {path}, the disk may be full; free some space and go on from the last checkpoint, "
                "which is whole."
            ) from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Reads a checkpoint; tensors and plain values only, nothing that can run code.

    Raises `UserError` when it cannot be read.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged archive
        raise UserError(f"{path} cannot be read; it is damaged or no checkpoint of this program.") from error


def _schedule(step: int, ends: int, warmup: int) -> float:
    """Returns the learning rate's factor: a linear warm-up, then a cosine down to a hundredth at step `ends`."""
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(ends - warmup, 1)
    return 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * min(done, 1.0))))
