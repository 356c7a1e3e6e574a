#!/usr/bin/env bash
# Sets up a full Blender with a virtual display in a folder, for tests/gui and tests/matrix.
#
#   tests/gui/setup_gui.sh SUITE DIR [photo]     root, any Debian or Ubuntu host; about two minutes, 1.4 GB
#
# SUITE is a release of Debian: trixie has Blender 4.3, sid the newest that Debian builds (5.2 LTS). DIR becomes a
# chroot; one that already holds Blender is only completed. With "photo" it also gets what photos need, another 0.5 to
# 1 GB, without which test_photo.py is skipped. Then run the tests with
#
#   MOTIONCLIP_GUI=DIR python -m pytest tests/gui -m gui
#
# Delete DIR when done; but for debootstrap, which is installed where it is missing, nothing else on the machine is
# changed. MIRROR names the Debian mirror.
set -euo pipefail

[ $# -eq 2 ] || [ "${3:-}" = photo ] || { sed -n '2,14p' "$0"; exit 2; }
suite=$1
dir=$2
# the mirror that this machine itself uses
sources=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v '^ *#' || true)
mirror=${MIRROR:-$(grep -oE 'https?://[^ ]+/debian/?' <<<"$sources" | head -n 1 || true)}
[ -n "$mirror" ] || { echo "No Debian mirror found in apt's sources; name one: MIRROR=URL $0 $suite $dir" >&2; exit 2; }

export DEBIAN_FRONTEND=noninteractive
if ! command -v debootstrap >/dev/null; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends debootstrap
fi
if [ ! -x "$dir/usr/bin/blender" ]; then
  debootstrap --variant=minbase "$suite" "$dir" "$mirror"
fi
# the release file of sid may be older than apt accepts
echo "deb [check-valid-until=no] $mirror $suite main" >"$dir/etc/apt/sources.list"
chroot "$dir" apt-get update -qq
# Debian's Blender does not ask for numpy, and that of sid not for two more that its own scripts import
packages=(blender python3-numpy xvfb xdotool imagemagick libegl1 libgl1-mesa-dri)
[ "$suite" = trixie ] || packages+=(python3-cattr python3-requests)
[ "${3:-}" != photo ] || packages+=(python3-opencv python3-pil python3-scipy)
chroot "$dir" apt-get install -y -qq --no-install-recommends "${packages[@]}"
chroot "$dir" apt-get clean
chroot "$dir" blender --version | head -n 1
