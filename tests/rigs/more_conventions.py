"""More rigs, as `conventions` has them: capture systems, games' characters and control rigs."""

from __future__ import annotations

from .convention import Convention

MORE: dict[str, Convention] = {
    "Biped": Convention(("L", "R"), """
Bip01
Bip01 Pelvis@pelvis < Bip01
Bip01 Spine@spine1 < Bip01 Pelvis
Bip01 Spine1@spine2 < Bip01 Spine
Bip01 Spine2@spine3 < Bip01 Spine1
Bip01 Neck@neck < Bip01 Spine2
Bip01 Head@head < Bip01 Neck
Bip01 {s} Clavicle@collar < Bip01 Neck
Bip01 {s} UpperArm@shoulder < Bip01 {s} Clavicle
Bip01 {s} Forearm@elbow < Bip01 {s} UpperArm
Bip01 {s} Hand@wrist < Bip01 {s} Forearm
Bip01 {s} Thigh@hip < Bip01 Pelvis
Bip01 {s} Calf@knee < Bip01 {s} Thigh
Bip01 {s} Foot@ankle < Bip01 {s} Calf
Bip01 {s} Toe0@foot < Bip01 {s} Foot
""", unit=40.0),
    "LAFAN1": Convention(("Left", "Right"), """
Hips@pelvis
Spine@spine1 < Hips
Spine1@spine2 < Spine
Spine2@spine3 < Spine1
Neck@neck < Spine2
Head@head < Neck
{s}Shoulder@collar < Spine2
{s}Arm@shoulder < {s}Shoulder
{s}ForeArm@elbow < {s}Arm
{s}Hand@wrist < {s}ForeArm
{s}UpLeg@hip < Hips
{s}Leg@knee < {s}UpLeg
{s}Foot@ankle < {s}Leg
{s}Toe@foot < {s}Foot
""", unit=100.0, up="y"),
    "Rokoko": Convention(("Left", "Right"), """
Root
Hips@pelvis < Root
Spine1@spine1 < Hips
Spine2@spine2 < Spine1
Spine3 < Spine2
Spine4@spine3 < Spine3
Neck@neck < Spine4
Head@head < Neck
{s}Shoulder@collar < Spine4
{s}Arm@shoulder < {s}Shoulder
{s}ForeArm@elbow < {s}Arm
{s}Hand@wrist < {s}ForeArm
{s}Thigh@hip < Hips
{s}Shin@knee < {s}Thigh
{s}Foot@ankle < {s}Shin
{s}Toe@foot < {s}Foot
"""),
    "Xsens": Convention(("Left", "Right"), """
Hips@pelvis
Chest@spine1 < Hips
Chest2@spine2 < Chest
Chest3 < Chest2
Chest4@spine3 < Chest3
Neck@neck < Chest4
Head@head < Neck
{s}Collar@collar < Chest4
{s}Shoulder@shoulder < {s}Collar
{s}Elbow@elbow < {s}Shoulder
{s}Wrist@wrist < {s}Elbow
{s}Hip@hip < Hips
{s}Knee@knee < {s}Hip
{s}Ankle@ankle < {s}Knee
{s}Toe@foot < {s}Ankle
""", unit=100.0),
    "SMPL": Convention(("L", "R"), """
Pelvis@pelvis
Spine1@spine1 < Pelvis
Spine2@spine2 < Spine1
Spine3@spine3 < Spine2
Neck@neck < Spine3
Head@head < Neck
{s}_Collar@collar < Spine3
{s}_Shoulder@shoulder < {s}_Collar
{s}_Elbow@elbow < {s}_Shoulder
{s}_Wrist@wrist < {s}_Elbow
{s}_Hand < {s}_Wrist
{s}_Hip@hip < Pelvis
{s}_Knee@knee < {s}_Hip
{s}_Ankle@ankle < {s}_Knee
{s}_Foot@foot < {s}_Ankle
"""),
    "KayKit": Convention(("l", "r"), """
root
hips@pelvis < root
spine@spine2 < hips
chest@spine3 < spine
head@head < chest
upperarm.{s}@shoulder < chest
lowerarm.{s}@elbow < upperarm.{s}
hand.{s}@wrist < lowerarm.{s}
upperleg.{s}@hip < hips
lowerleg.{s}@knee < upperleg.{s}
foot.{s}@ankle < lowerleg.{s}
toes.{s}@foot < foot.{s}
"""),
    "Quaternius": Convention(("L", "R"), """
Bone
Body@pelvis < Bone
Hips@spine1 < Body
Abdomen@spine2 < Hips
Torso@spine3 < Abdomen
Neck@neck < Torso
Head@head < Neck
Shoulder.{s}@collar < Torso
UpperArm.{s}@shoulder < Shoulder.{s}
LowerArm.{s}@elbow < UpperArm.{s}
Palm.{s}@wrist < LowerArm.{s}
UpperLeg.{s}@hip < Body
LowerLeg.{s}@knee < UpperLeg.{s}
Foot.{s}@ankle < LowerLeg.{s}
"""),
    "Rigify metarig": Convention(("L", "R"), """
spine@pelvis
spine.001@spine1 < spine
spine.002@spine2 < spine.001
spine.003@spine3 < spine.002
spine.004@neck < spine.003
spine.005 < spine.004
spine.006@head < spine.005
shoulder.{s}@collar < spine.003
breast.{s} < spine.003
upper_arm.{s}@shoulder < shoulder.{s}
forearm.{s}@elbow < upper_arm.{s}
hand.{s}@wrist < forearm.{s}
pelvis.{s} < spine
thigh.{s}@hip < spine
shin.{s}@knee < thigh.{s}
foot.{s}@ankle < shin.{s}
toe.{s}@foot < foot.{s}
heel.02.{s} < foot.{s}
""", ("thumb", "f_index", "f_middle", "f_ring", "f_pinky"), "{f}.0{n}.{s}"),
    "Auto-Rig Pro": Convention(("l", "r"), """
root.x@pelvis
spine_01.x@spine1 < root.x
spine_02.x@spine2 < spine_01.x
spine_03.x@spine3 < spine_02.x
neck.x@neck < spine_03.x
head.x@head < neck.x
shoulder.{s}@collar < spine_03.x
arm_stretch.{s}@shoulder < shoulder.{s}
forearm_stretch.{s}@elbow < arm_stretch.{s}
hand.{s}@wrist < forearm_stretch.{s}
thigh_stretch.{s}@hip < root.x
leg_stretch.{s}@knee < thigh_stretch.{s}
foot.{s}@ankle < leg_stretch.{s}
toes_01.{s}@foot < foot.{s}
""", ("thumb", "index", "middle", "ring", "pinky"), "{f}{n}.{s}"),
    "CloudRig": Convention(("L", "R"), """
root
DEF-Hips@pelvis < root
DEF-Spine1@spine1 < DEF-Hips
DEF-Spine2@spine2 < DEF-Spine1
DEF-Chest@spine3 < DEF-Spine2
DEF-Neck@neck < DEF-Chest
DEF-Head@head < DEF-Neck
DEF-Shoulder.{s}@collar < DEF-Chest
DEF-UpperArm.{s}@shoulder < DEF-Shoulder.{s}
DEF-Forearm.{s}@elbow < DEF-UpperArm.{s}
DEF-Wrist.{s}@wrist < DEF-Forearm.{s}
DEF-Thigh.{s}@hip < DEF-Hips
DEF-Knee.{s}@knee < DEF-Thigh.{s}
DEF-Foot.{s}@ankle < DEF-Knee.{s}
DEF-Toe.{s}@foot < DEF-Foot.{s}
"""),
}  # fmt: skip
