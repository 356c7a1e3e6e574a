"""What the training is measured against learns, and what is counted is what a step learns from."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("smplx")

from benchmarks.training import FRAMES, PlainLoop, learned_from, made_up_samples, our_run
from motionclip_blender.core.model.network import MotionCLIP
from motionclip_blender.core.network_size import NetworkSize
from training.autoencoder.config import TrainConfig
from training.autoencoder.embeddings import Captions

SMALL = replace(TrainConfig(), frames=(FRAMES, FRAMES), width=32, layers=1, feed_forward=32, vertices=20)


@pytest.fixture(scope="module")
def samples():
    return made_up_samples(2 * FRAMES)[:6]


@pytest.mark.slow
def test_the_plain_loop_learns(samples, open_body):
    torch.manual_seed(0)
    network = MotionCLIP(NetworkSize(rows=len(SMALL.joints) + 1, **SMALL.network()))
    loop = PlainLoop(network, samples, open_body, SMALL.joints, 20, torch.device("cpu"))
    losses = [loop.one_step() for _ in range(12)]
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.slow
def test_counted_is_what_a_step_learns_from(tmp_path, samples, open_body):
    captions = Captions(samples)

    def counted(motions: int, prompts: int) -> tuple[int, int, int]:
        config = replace(SMALL, motions=motions, prompts=prompts)
        return learned_from(our_run(tmp_path, config, samples, captions, open_body))

    encoded, decoded, operations = counted(8, 5)
    assert (encoded, decoded) == (8, 13)
    assert operations < counted(16, 10)[2]
