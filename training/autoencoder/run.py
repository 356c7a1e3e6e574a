"""Trains in a folder: `config.json`, `checkpoint.pt`, `log.jsonl`. A stopped run is resumed from its checkpoint."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.pack import Pack

from .body_loss import posed_body
from .config import DECODER, TrainConfig
from .distributed import Place
from .log import Log
from .loss_weights import LossWeights
from .material import Material, tensor
from .published import network_of
from .start_from_pack import load_start
from .step import Step

_FREE = {"steps", "epochs", "save_every", "log_every", "check_every", "canary_from", "compile"}
"""The settings that a resumed run may change."""
_STILL = 0.1  # share of the expected movement below which a decoder has collapsed


class Run:
    """The network, optimizer and data of a run.

    material: the batches. body: whose vertices the loss compares. first: the pack whose network it starts from.
    """

    def __init__(
        self,
        folder: Path,
        config: TrainConfig,
        material: Material,
        body: Body,
        place: Place | None = None,
        first: Pack | None = None,
    ) -> None:
        self.folder, self.config, self.material, self.place = folder, config, material, place or Place()
        self.steps = material.steps
        torch.manual_seed(config.seed)
        self.network = network_of(config)
        posed = posed_body(config, body)
        material.begin(self.network, posed, anew=first is None and not self.checkpoint.exists())
        if first is not None:
            load_start(self.network, first)
        if config.learns == DECODER:
            self.network.encoder.requires_grad_(False)
            self.network.from_clip.requires_grad_(False)
        self.average = network_of(config)
        self.average.load_state_dict(self.network.state_dict())
        device = self.place.device
        mean, names = torch.from_numpy(material.mean), torch.from_numpy(material.names)
        aligns = config.learns != DECODER
        step = Step(self.network, posed, config.loss, mean, names, config.posed, aligns).to(device)
        self.average.to(device).eval()
        self.optimizer = torch.optim.AdamW(self._groups(), lr=config.learning_rate, fused=True)
        self._module = torch.compile(step, dynamic=True) if config.compile else step
        self._module = self.place.wrap(self._module)
        self.step = 0

    def _groups(self) -> list[dict[str, Any]]:
        """Returns the optimizer's parameters by weight decay and learning rate. By default biases do not decay."""
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            if parameter.requires_grad:
                decay = self.config.weight_decay if parameter.ndim > 1 or self.config.decay_all else 0.0
                of_linear, of_reader = ".linear." in name or name.startswith("from_clip."), ".reader." in name
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
            "data": self.material.digest,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        save_checkpoint(state, self.checkpoint)

    def resume(self) -> None:
        """Loads the folder's checkpoint, if there is one.

        Raises `UserError` when it is damaged, of another configuration, or of other data.
        """
        if not self.checkpoint.exists():
            return
        state = load_checkpoint(self.checkpoint, ("config", "network", "average", "optimizer", "step"))
        ours, theirs = asdict(self.config), dict(state["config"])
        # a checkpoint without a setting was made with its default
        theirs = asdict(TrainConfig()) | theirs | {"loss": asdict(LossWeights()) | theirs["loss"]}
        changed = [key for key in ours if key not in _FREE and ours[key] != theirs[key]]
        if changed:
            raise UserError(f"{self.checkpoint} was trained with another {changed[0]}; give the run another folder.")
        # a checkpoint of earlier releases does not tell its data
        if state.get("data", self.material.digest) != self.material.digest:
            raise UserError(
                f"{self.checkpoint} was trained on other motions or captions than --data holds now; give it its own, "
                "or the run another folder."
            )
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
        bar = tqdm(total=self.steps, initial=self.step, disable=None if self.place.leads else True)
        while self.step < self.steps:
            terms = self.one_step()
            bar.update()
            checked = self.step % self.config.check_every == 0
            if checked:
                terms |= {"movement": self.check_movement()} | self.movement_kept()
            if log and (checked or self.step % self.config.log_every == 0):
                values = {name: float(value) for name, value in terms.items()}
                log.write(self.step, values)
                bar.set_postfix({k: f"{values[k]:.2f}" for k in ("reconstruction", "text") if k in values})
            if self.place.leads and (self.step % self.config.save_every == 0 or self.step == self.steps):
                self.save()
        bar.close()

    def one_step(self) -> dict[str, Tensor]:
        """Trains on one batch and returns the weighted losses."""
        config = self.config
        # seeded by the step's number, so that a resumed run equals one that was never stopped
        random = np.random.default_rng((config.seed, self.step, self.place.rank))
        torch.manual_seed(int(random.integers(2**31)))
        for group in self.optimizer.param_groups:
            group["lr"] = group["rate"] * config.learning_rate * self._pace()
        # the same length in all processes, or they would wait for each other
        frames = int(np.random.default_rng((config.seed, self.step)).integers(config.frames[0], config.frames[1] + 1))
        self.network.train()
        if config.learns == DECODER:
            self.network.encoder.eval()
        batch = self.material.batch(self.step, frames, random, self.place).to(self.place.device)
        with torch.autocast(self.place.device.type, torch.bfloat16, enabled=config.half_precision):
            terms = self._module(batch, self.step >= config.refine_from)
        loss = batch.weight * sum(value for name, value in terms.items() if "/" not in name)
        if not torch.isfinite(loss):
            raise UserError(
                f"The loss is not finite at step {self.step}; the last good checkpoint is {self.checkpoint}. "
                "Lower the learning rate, or look for broken motions with `python -m training prepare`."
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if config.clip_norm:
            nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimizer.step()
        self.step += 1
        follow(self.average, self.network, self.step, self.config.ema)
        return {name: value.detach() for name, value in terms.items()}

    def _pace(self) -> float:
        """Returns the learning rate of this step as a share of the configuration's."""
        if self.config.schedule == "constant":
            return min((self.step + 1) / max(self.config.warmup, 1), 1.0)
        return _schedule(self.step, self.steps, self.config.warmup)

    # --- the canary

    @torch.no_grad()
    def movement(self) -> float:
        """Returns the movement (variance over time) decoded from texts, as a share of that of their motions."""
        frames = self.config.frames[0]
        places, real = self.material.shown(frames)
        made = self.average.decoder(self.average.from_clip(tensor(places).to(self.place.device)), frames)
        return _movement_of(made, tensor(real))

    @torch.no_grad()
    def movement_kept(self) -> dict[str, Tensor]:
        """Returns the movement of windows that are encoded and decoded again, as a share of their own, by their part.

        The keys are "kept/training" and, where some are held out, "kept/held-out".
        """
        kept = {}
        for part, real in self.material.watched(self.config.frames[0]).items():
            windows = tensor(real).to(self.place.device)
            made = self.average.decoder(self.average.encoder(windows), windows.shape[1])
            kept[f"kept/{part}"] = torch.tensor(_movement_of(made, windows))
        return kept

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


def _movement_of(made: Tensor, real: Tensor) -> float:
    """Returns the variance over time of the joints' rotations in `made` (n, T, rows, 6), as a share of `real`'s."""
    moved, true = (poses[:, :, :-1].cpu().var(dim=1, correction=0).mean() for poses in (made, real))
    return float(moved / true.clamp(min=1e-9))


@torch.no_grad()
def follow(average: nn.Module, module: nn.Module, step: int, most: float) -> None:
    """Moves `average`, the exponential moving average of a module's parameters, on by a step.

    most: largest share of the average that is kept.
    """
    # averages decay faster at first; otherwise the random start would stay in them for thousands of steps
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


def load_checkpoint(path: Path, keys: Collection[str] = ()) -> dict[str, Any]:
    """Reads a checkpoint; tensors and plain values only, nothing that can run code.

    keys: of the values that it must hold. Raises `UserError` when it cannot be read, or lacks one of them.
    """
    sentence = f"{path} cannot be read; it is damaged or no checkpoint of this program."
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged archive
        raise UserError(sentence) from error
    if not isinstance(state, dict) or not set(keys) <= set(state):
        raise UserError(sentence)
    return state


def _schedule(step: int, ends: int, warmup: int) -> float:
    """Returns the learning rate's factor: a linear warm-up, then a cosine down to a hundredth at step `ends`."""
    if step < warmup:
        return (step + 1) / warmup
    done = (step - warmup) / max(ends - warmup, 1)
    return 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * min(done, 1.0))))
