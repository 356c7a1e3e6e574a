"""The preferences as plain values."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from motionclip_blender.ui import addon


@pytest.mark.parametrize("online", [True, False])
def test_clip_may_be_fetched_where_blender_allows_the_network(bpy, monkeypatch: pytest.MonkeyPatch, online: bool):
    chosen = SimpleNamespace(pack_folder="", body_file="", clip_file="", compute="automatic")
    there = SimpleNamespace(path=bpy.path, utils=bpy.utils, app=SimpleNamespace(online_access=online))
    monkeypatch.setattr(addon, "bpy", there)
    monkeypatch.setattr(addon, "_chosen", lambda context: chosen)
    assert addon.model_choice(bpy.context).clip().allowed == online
    monkeypatch.setattr(addon, "_chosen", lambda context: None)  # a script, for which nobody was asked
    assert not addon.model_choice(bpy.context).clip().allowed
