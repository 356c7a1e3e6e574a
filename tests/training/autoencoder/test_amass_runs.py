"""Whole trainings on shards of AMASS, by the command line: they end, are killed, go on, and become packs."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks import paper
from motionclip_blender.core.engine import Engine
from motionclip_blender.core.errors import UserError
from motionclip_blender.core.network_size import OfficialNetwork
from motionclip_blender.core.pack import DEFAULT_FOLDER, Pack
from motionclip_blender.core.pose_format import OFFICIAL
from motionclip_blender.core.recipe.make import generate
from tests.training.data.amass import made
from training.autoencoder import train
from training.autoencoder.export import export
from training.autoencoder.run import load_checkpoint
from training.data.amass.prepare import Settings, prepare
from training.evaluation.babel import evaluate_babel

ROOT = Path(__file__).parents[3]
TINY = {
    "layers": 1, "feed_forward": 32, "motions": 3, "frames": [20, 20], "save_every": 2, "canary_from": 10**9,
    "smplx": False, "vertices": 10,
}  # fmt: skip


@pytest.fixture(scope="module")
def shards(tmp_path_factory) -> dict[bool, Path]:
    """By whether they are legacy."""
    folder = tmp_path_factory.mktemp("amass")
    source = made.write_amass(folder / "amass", folder / "babel")
    for legacy in (False, True):
        prepare(Settings(*source, legacy), folder / f"shards {legacy}", 1)
    return {legacy: folder / f"shards {legacy}" for legacy in (False, True)}


def arguments(tmp_path: Path, data: Path, preset: str, run: str, **config) -> list[str]:
    path = tmp_path / f"{run}.json"
    path.write_text(json.dumps(TINY | config))
    return [
        "--data", str(data), "--run", str(tmp_path / run), "--preset", preset, "--config", str(path),
        "--clip", "minilm",
    ]  # fmt: skip


def weights(run: Path) -> dict[str, torch.Tensor]:
    return load_checkpoint(run / "checkpoint.pt")["network"]


@pytest.mark.parametrize("preset", ["paper", "paper-legacy", "amass"])
@pytest.mark.slow
def test_every_preset_runs_end_to_end(tmp_path, shards, preset):
    config = (
        {"smplx": True, "motions": 2}
        if preset != "amass"
        else {"width": 32, "cosines": 4, "reader_width": 16, "refine_from": 2}
    )
    command = arguments(tmp_path, shards[preset == "paper-legacy"], preset, "run", **config)
    assert train.main([*command, "--steps", "4"]) == 0
    before = weights(tmp_path / "run")
    state = load_checkpoint(tmp_path / "run" / "checkpoint.pt")
    assert state["step"] == 4
    assert train.main([*command, "--steps", "6"]) == 0  # a run may be made longer
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] == 6
    after = weights(tmp_path / "run")
    still = {name for name in before if torch.equal(before[name], after[name])}
    # what no loss reaches, and tables
    assert {name for name in still if not name.endswith((".pe", "whiten.weight", "whiten.bias"))} <= {
        "decoder.actionBiases"
    }


def test_an_epoch_after_another_until_the_last(tmp_path, shards):
    command = arguments(tmp_path, shards[False], "paper", "run", epochs=2)
    assert train.main(command) == 0
    windows = json.loads((shards[False] / "index.json").read_bytes())["parts"]["amass"]["train"]
    assert load_checkpoint(tmp_path / "run" / "checkpoint.pt")["step"] == 2 * -(-windows // 3)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.slow
@pytest.mark.parametrize("preset", ["paper", "paper-legacy"])
def test_a_training_that_is_killed_goes_on_to_the_same_weights(tmp_path, shards, preset):
    data = shards[preset == "paper-legacy"]
    # both in processes of their own: what other tests have loaded may round otherwise, of which Adam makes whole steps
    whole, program = (
        [sys.executable, "-m", "training", "train", *arguments(tmp_path, data, preset, name), "--steps", "9"]
        for name in ("whole", "killed")
    )
    subprocess.run(whole, cwd=ROOT, check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not (tmp_path / "killed" / "checkpoint.pt").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    begun.send_signal(signal.SIGKILL)
    assert begun.wait() == -signal.SIGKILL
    done = load_checkpoint(tmp_path / "killed" / "checkpoint.pt")["step"]
    assert 0 < done < 9
    subprocess.run(program, cwd=ROOT, check=True, timeout=300, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ours, theirs = (weights(tmp_path / name) for name in ("whole", "killed"))
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name], rtol=1e-5, atol=1e-7)


def test_a_run_of_the_paper_becomes_a_pack(tmp_path, shards):
    train.main([*arguments(tmp_path, shards[False], "paper", "run", width=64), "--steps", "2"])
    pack = export(tmp_path / "run", tmp_path / "pack", "1")
    assert Pack.load(tmp_path / "pack").network.prefix_tokens == 1 and "non-commercial" in pack.licence
    engine = Engine(tmp_path / "pack")
    motion = generate(engine, "a person walks", 60)
    assert len(motion) == 60 and np.isfinite(motion.rotations).all()
    with pytest.raises(UserError, match="non-commercial research only"):
        export(tmp_path / "run", DEFAULT_FOLDER, "1")


def test_a_run_with_narrower_latents_becomes_a_pack(tmp_path, shards):
    train.main([*arguments(tmp_path, shards[False], "paper", "run", width=64, latent=48), "--steps", "2"])
    pack = export(tmp_path / "run", tmp_path / "pack", "1")
    assert Pack.load(tmp_path / "pack").latent == pack.latent == 48
    for compute in ("numpy", "cpu"):
        engine = Engine(tmp_path / "pack", compute=compute)
        assert engine.encode_text("walk").shape == (48,) and len(generate(engine, "a person walks", 60)) == 60
    found = evaluate_babel(tmp_path / "pack", shards[False])
    assert 0 <= found["top1"] <= found["top5"] <= 100


def test_a_released_network_of_another_width_than_clip(tmp_path, shards):
    with pytest.raises(UserError, match=r"as wide as its layers, 64, .*the space of minilm, 512"):
        train.main([*arguments(tmp_path, shards[True], "paper-legacy", "run", width=64), "--steps", "2"])


def test_a_legacy_run_becomes_a_pack_of_the_released_layout(tmp_path, shards):
    train.main([*arguments(tmp_path, shards[True], "paper-legacy", "run"), "--steps", "2"])
    export(tmp_path / "run", tmp_path / "pack", "1")
    pack = Pack.load(tmp_path / "pack")
    assert isinstance(pack.network, OfficialNetwork) and pack.pose_format == OFFICIAL
    from motionclip_blender.core.model.weights import load_network
    from training.autoencoder.config import TrainConfig
    from training.autoencoder.published import network_of

    network = network_of(TrainConfig.load(tmp_path / "run" / "config.json")).eval()
    network.load_state_dict(weights(tmp_path / "run"))
    poses = torch.randn(2, 60, 25, 6)
    with torch.no_grad():
        expected = network.encoder(poses).numpy()
    np.testing.assert_allclose(load_network(pack).encode_batch(poses.numpy()), expected, atol=1e-5)


def test_steps_are_timed_as_those_of_a_training(tmp_path, shards, capsys):
    settings = {"width": 32, "cosines": 0, "refine_from": 0, "motions": 2}
    command = arguments(tmp_path, shards[False], "amass", "run", **settings)
    run = command.index("--run")
    paper.main([*command[:run], *command[run + 2 :], "--seconds", "0"])
    assert "windows a second" in capsys.readouterr().out


def test_settings_that_do_not_go_together(tmp_path, shards):
    command = arguments(tmp_path, shards[False], "paper", "run")
    with pytest.raises(UserError, match="no finished shards"):
        train.main([*command, "--data", str(tmp_path)])
    with pytest.raises(UserError, match="one step at least"):
        train.main([*command, "--steps", "0"])
    with pytest.raises(UserError, match="There is no file .*nothing.pt of CLIP's weights; choose one that is there"):
        train.main([*command, "--clip", str(tmp_path / "nothing.pt")])
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "USERPROFILE"):
            patch.setenv(name, str(tmp_path))  # where no weights of CLIP's are kept
        with pytest.raises(
            UserError, match="are not here; give their file with --clip, or --clip minilm for the text t"
        ):
            train.main(command[: command.index("--clip")])
    with pytest.raises(UserError, match="no body file"):
        train.main([*command, "--body", str(tmp_path / "nothing.npz")])
    with pytest.raises(UserError, match='split is "amass"'):
        train.main([*command, "--preset", "default"])
