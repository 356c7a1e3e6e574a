"""`python -m training train`: the auto-encoder, its latents aligned to CLIP's text space.

In two parts. First the decoder learns from captions: each is decoded to its exemplar (equation 1). Then the encoder
learns to meet it: windows of motions are encoded, aligned to their captions (equation 2) and decoded again.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from motionclip_blender.core.body import Body
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.files import whole_path
from motionclip_blender.core.model.clip import load_clip
from motionclip_blender.core.model.network import MotionCLIP, NetworkSize

from . import minilm
from .body_loss import SparseBody
from .config import TrainConfig
from .dataset import Sample, Windows, load_samples
from .losses import alignment, reconstruction


class Prompts:
    """Embeddings of all captions, computed once."""

    def __init__(self, samples: list[Sample]) -> None:
        texts = sorted({text for s in samples for text in (*s.captions, *s.prompts)})
        tower = load_clip(minilm.SPEC, minilm.text_projection())
        embeddings = torch.cat([tower(texts[i : i + 64]) for i in range(0, len(texts), 64)]).numpy()
        at = {text: embeddings[i] for i, text in enumerate(texts)}
        self.captions = [np.stack([at[text] for text in s.captions]) for s in samples]
        self.prompts = [np.stack([at[text] for text in s.prompts]) if s.prompts else None for s in samples]

    def whiten(self, layer: torch.nn.Linear, floor: float = 0.3) -> None:
        """Makes `layer` whiten the captions' embeddings (ZCA): no mean, variance one in every direction.

        floor: added to every variance, as a share of their mean, so that directions in which captions hardly
        differ are not blown up with the noise in them.
        """
        captions = np.concatenate(self.captions).astype(np.float64)
        variances, directions = np.linalg.eigh(np.cov(captions.T))
        mean_variance = variances.sum() / np.count_nonzero(variances > 1e-6)
        whitening = (directions / np.sqrt(variances.clip(0) + floor * mean_variance)) @ directions.T
        # the scale of embeddings themselves, for which everything else here is tuned
        whitening *= 0.4 / np.sqrt(1 + floor)
        layer.weight.copy_(torch.from_numpy(whitening))
        layer.bias.copy_(torch.from_numpy(-whitening @ captions.mean(axis=0)))

    def captions_of(self, chosen: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """(n, 512): one caption of each chosen sample."""
        return np.stack([self.captions[i][random.integers(len(self.captions[i]))] for i in chosen])

    def prompts_of(self, chosen: np.ndarray, config: TrainConfig, random: np.random.Generator) -> np.ndarray:
        """(n, 512): a place near the wordings of each chosen exemplar."""
        places = []
        for i in chosen:
            wordings = self.prompts[i]
            a, b = wordings[random.integers(len(wordings), size=2)]
            place = a + random.uniform() * (b - a) if random.uniform() < config.mix else a
            noise = random.normal(size=place.shape)
            share = random.uniform(0, config.noise) * np.linalg.norm(place) / np.linalg.norm(noise)
            places.append(place + share * noise)
        return np.stack(places)


class Run:
    """A training run in a folder: `config.json`, `checkpoint.pt`, `log.jsonl`. Goes on where it stopped."""

    def __init__(self, folder: Path, config: TrainConfig, samples: list[Sample], body: Body) -> None:
        self.folder, self.config = folder, config
        self.windows = Windows(samples, config.joints)
        self.prompts = Prompts(samples)
        self.body = SparseBody(body, config.joints)
        self.size = NetworkSize(rows=len(config.joints) + 1, latent=minilm.SPEC.width, **config.network())
        torch.manual_seed(config.seed)
        self.network = MotionCLIP(self.size)
        if config.whitens:
            self.prompts.whiten(self.network.decoder.whiten)
        self.average = MotionCLIP(self.size)
        self.average.load_state_dict(self.network.state_dict())
        parts = (
            (self.network.decoder, (0, config.encoder_from)),
            (self.network.encoder, (config.encoder_from, config.steps)),
        )
        self._spans, groups = [], []
        for part, span in parts:
            for decays in (True, False):
                learned = [p for p in part.parameters() if p.requires_grad and (p.ndim > 1) == decays]
                groups.append({"params": learned, "weight_decay": config.weight_decay if decays else 0.0})
                self._spans.append(span)
        self.optimizer = torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)
        self.step = 0

    @property
    def checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    def save(self) -> None:
        """Writes all that a resume needs, whole or not at all."""
        state = {
            "step": self.step,
            "config": asdict(self.config),
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }
        with whole_path(self.checkpoint) as temporary:
            torch.save(state, temporary)

    def resume(self) -> None:
        """Takes up the folder's checkpoint, if there is one.

        Raises `UserError` for one that is damaged or of another configuration.
        """
        if not self.checkpoint.exists():
            return
        state = load_checkpoint(self.checkpoint)
        ours, theirs = asdict(self.config), dict(state["config"])
        free = {"steps", "save_every"}  # a run may be made longer
        changed = [key for key in ours if key not in free and ours[key] != theirs.get(key)]
        if changed:
            raise UserError(f"{self.checkpoint} was trained with another {changed[0]}; give the run another folder.")
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]

    def train(self) -> None:
        """Steps until the configuration's end, with a checkpoint every so often."""
        from tqdm import tqdm

        started, log = time.monotonic(), self.folder / "log.jsonl"
        for _ in (bar := tqdm(range(self.step, self.config.steps), initial=self.step, total=self.config.steps)):
            terms = self._one_step()
            if self.step % 50 == 0:
                entry = {"step": self.step, "seconds": round(time.monotonic() - started, 1)} | {
                    name: round(float(value), 4) for name, value in terms.items()
                }
                with log.open("a") as handle:
                    handle.write(json.dumps(entry) + "\n")
                bar.set_postfix({k: entry[k] for k in ("prompt", "motion", "alignment") if k in entry})
            if self.step % self.config.save_every == 0 or self.step == self.config.steps:
                self.save()

    def _one_step(self) -> dict[str, Tensor]:
        config = self.config
        # all randomness of a step comes from its number, so that a resumed run is the run that was not stopped
        random = np.random.default_rng((config.seed, self.step))
        torch.manual_seed(int(random.integers(2**31)))
        frames = int(random.integers(config.frames[0], config.frames[1] + 1))
        for group, (begins, ends) in zip(self.optimizer.param_groups, self._spans, strict=True):
            group["lr"] = config.learning_rate * _schedule(self.step, begins, ends, config.warmup)

        terms = self._losses(frames, random)
        loss = sum(terms[name] for name in ("prompt", "motion", "alignment") if name in terms)
        if not torch.isfinite(loss):
            raise UserError(f"The loss is not finite at step {self.step}; the last checkpoint is {self.checkpoint}.")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), config.clip_norm)
        self.optimizer.step()
        self.step += 1
        self._update_average()
        return {name: value.detach() for name, value in terms.items()}

    def _losses(self, frames: int, random: np.random.Generator) -> dict[str, Tensor]:
        """The losses of a step, on windows of `frames` frames: "prompt", or "motion" and "alignment", with terms."""
        config = self.config
        encoding = self.step >= config.encoder_from
        batch = config.batch if encoding else config.prompts
        draw = self.windows.draw if encoding else self.windows.draw_exemplars
        # as many frames in every step, whatever their length: short windows come in larger batches
        chosen, drawn = draw(max(batch * 60 // frames, 4), frames, random)
        real = _tensor(drawn)
        self.network.decoder.layers.requires_grad_(not encoding)
        self.network.decoder.to_pose.requires_grad_(not encoding)
        with torch.autocast("cpu", torch.bfloat16, enabled=config.half_precision):
            if encoding:
                latents = self.network.encoder(real).float()
            else:
                latents = _tensor(self.prompts.prompts_of(chosen, config, random))
            made = self.network.decoder(latents, frames)
        terms = reconstruction(made, real, self.body, config.loss)
        terms["motion" if encoding else "prompt"] = sum(terms.values())
        if encoding:
            captions = _tensor(self.prompts.captions_of(chosen, random))
            terms["alignment"] = config.loss.text * alignment(latents, captions)
        return terms

    @torch.no_grad()
    def _update_average(self) -> None:
        # young averages forget faster, or the random start would stay in them for thousands of steps
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))
        ours, theirs = list(self.average.parameters()), list(self.network.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - keep)


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(array.astype(np.float32))


def load_checkpoint(path: Path) -> dict[str, Any]:
    """A checkpoint's contents; tensors and plain values only, nothing that can run code.

    Raises `UserError` when it cannot be read.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for a damaged archive
        raise UserError(f"{path} cannot be read; it is damaged or no checkpoint of this program.") from error


def _schedule(step: int, begins: int, ends: int, warmup: int) -> float:
    """Linear warm-up from step `begins` on, then a cosine down to a hundredth at step `ends`."""
    if step < begins + warmup:
        return max(step - begins + 1, 0) / warmup
    done = (step - begins - warmup) / max(ends - begins - warmup, 1)
    return 0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * min(done, 1.0))))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m training train", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="folder of the prepared motions")
    parser.add_argument("--run", type=Path, default=Path("runs/default"), help="folder; resumed if it exists")
    parser.add_argument("--config", type=Path, help="JSON file; what it leaves out keeps its default")
    options = parser.parse_args(arguments)
    options.run.mkdir(parents=True, exist_ok=True)
    config = TrainConfig.load(options.config) if options.config else TrainConfig()
    body = Body.load()
    samples = load_samples(options.data, body, config.frames[1], config.split, config.augment)
    run = Run(options.run, config, samples, body)
    run.resume()
    config.save(options.run / "config.json")
    run.train()
    return 0
