"""The names and hierarchies of rigs that people have, as data: joint -> bone, and what else hangs there.

A line is `bone < parent`, in the order in which the bones hang. {s} stands for the side marks, {f} for fingers.
`@joint` says which of SMPL-X's joints a bone lies at; bones without one are extra: ends, twists, roots, helpers.
"""

from __future__ import annotations

from typing import NamedTuple

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


class Convention(NamedTuple):
    """sides: marks of left and right. lines: as above. fingers: SMPL-X finger -> name; finger: a bone's name with {f},
    {n} and {s}, n from `first` on. unit: per metre. up: the armature's axis that is up."""

    sides: tuple[str, str]
    lines: str
    fingers: tuple[str, ...] = ()
    finger: str = ""
    first: int = 1
    unit: float = 1.0
    up: str = "z"


_MIXAMO = """
Hips@pelvis
Spine@spine1 < Hips
Spine1@spine2 < Spine
Spine2@spine3 < Spine1
Neck@neck < Spine2
Head@head < Neck
HeadTop_End < Head
{s}Shoulder@collar < Spine2
{s}Arm@shoulder < {s}Shoulder
{s}ForeArm@elbow < {s}Arm
{s}Hand@wrist < {s}ForeArm
{s}UpLeg@hip < Hips
{s}Leg@knee < {s}UpLeg
{s}Foot@ankle < {s}Leg
{s}ToeBase@foot < {s}Foot
{s}Toe_End < {s}ToeBase
"""
_UE_LEGS = """
clavicle_{s}@collar < CHEST
upperarm_{s}@shoulder < clavicle_{s}
upperarm_twist_01_{s}%0.05 < upperarm_{s}
lowerarm_{s}@elbow < upperarm_{s}
lowerarm_twist_01_{s}%0.6 < lowerarm_{s}
hand_{s}@wrist < lowerarm_{s}
thigh_{s}@hip < pelvis
thigh_twist_01_{s}%0.1 < thigh_{s}
calf_{s}@knee < thigh_{s}
foot_{s}@ankle < calf_{s}
ball_{s}@foot < foot_{s}
ik_foot_root < root
ik_foot_{s} < ik_foot_root
"""
_UE_FINGERS = {"fingers": FINGERS, "finger": "{f}_0{n}_{s}"}

CONVENTIONS: dict[str, Convention] = {
    "Mixamo": Convention(("Left", "Right"), _MIXAMO, ("Thumb", "Index", "Middle", "Ring", "Pinky"),
                         "{s}Hand{f}{n}", unit=100.0, up="y"),
    "Unreal 4": Convention(("l", "r"), """
root
pelvis@pelvis < root
spine_01@spine1 < pelvis
spine_02@spine2 < spine_01
spine_03@spine3 < spine_02
neck_01@neck < spine_03
head@head < neck_01
""" + _UE_LEGS.replace("CHEST", "spine_03"), unit=100.0, **_UE_FINGERS),
    "Unreal 5": Convention(("l", "r"), """
root
pelvis@pelvis < root
spine_01@spine1 < pelvis
spine_02 < spine_01
spine_03@spine2 < spine_02
spine_04 < spine_03
spine_05@spine3 < spine_04
neck_01@neck < spine_05
neck_02 < neck_01
head@head < neck_02
""" + _UE_LEGS.replace("CHEST", "spine_05"), **_UE_FINGERS),
    "MetaHuman": Convention(("l", "r"), """
root
pelvis@pelvis < root
spine_01@spine1 < pelvis
spine_02 < spine_01
spine_03@spine2 < spine_02
spine_04 < spine_03
spine_05@spine3 < spine_04
neck_01@neck < spine_05
neck_02 < neck_01
head@head < neck_02
spine_04_latissimus_{s} < spine_04
upperarm_correctiveRoot_{s} < upperarm_{s}
calf_kneeBack_{s} < calf_{s}
""" + _UE_LEGS.replace("CHEST", "spine_05") + "index_metacarpal_{s} < hand_{s}\n", **_UE_FINGERS),
    "VRoid": Convention(("L", "R"), """
Root
J_Bip_C_Hips@pelvis < Root
J_Bip_C_Spine@spine1 < J_Bip_C_Hips
J_Bip_C_Chest@spine2 < J_Bip_C_Spine
J_Bip_C_UpperChest@spine3 < J_Bip_C_Chest
J_Bip_C_Neck@neck < J_Bip_C_UpperChest
J_Bip_C_Head@head < J_Bip_C_Neck
J_Adj_{s}_FaceEye < J_Bip_C_Head
J_Sec_Hair1_01 < J_Bip_C_Head
J_Bip_{s}_Shoulder@collar < J_Bip_C_UpperChest
J_Bip_{s}_UpperArm@shoulder < J_Bip_{s}_Shoulder
J_Bip_{s}_LowerArm@elbow < J_Bip_{s}_UpperArm
J_Bip_{s}_Hand@wrist < J_Bip_{s}_LowerArm
J_Bip_{s}_UpperLeg@hip < J_Bip_C_Hips
J_Bip_{s}_LowerLeg@knee < J_Bip_{s}_UpperLeg
J_Bip_{s}_Foot@ankle < J_Bip_{s}_LowerLeg
J_Bip_{s}_ToeBase@foot < J_Bip_{s}_Foot
""", ("Thumb", "Index", "Middle", "Ring", "Little"), "J_Bip_{s}_{f}{n}"),
    "VRM": Convention(("left", "right"), """
hips@pelvis
spine@spine1 < hips
chest@spine2 < spine
upperChest@spine3 < chest
neck@neck < upperChest
head@head < neck
{s}Shoulder@collar < upperChest
{s}UpperArm@shoulder < {s}Shoulder
{s}LowerArm@elbow < {s}UpperArm
{s}Hand@wrist < {s}LowerArm
{s}UpperLeg@hip < hips
{s}LowerLeg@knee < {s}UpperLeg
{s}Foot@ankle < {s}LowerLeg
{s}Toes@foot < {s}Foot
"""),
    "MMD": Convention(("左", "右"), """
全ての親
センター < 全ての親
グルーブ < センター
腰 < グルーブ
下半身@pelvis < 腰
上半身@spine1 < 腰
上半身2@spine2 < 上半身
首@neck < 上半身2
頭@head < 首
{s}肩@collar < 上半身2
{s}腕@shoulder < {s}肩
{s}腕捩%0.5 < {s}腕
{s}ひじ@elbow < {s}腕
{s}手捩%0.5 < {s}ひじ
{s}手首@wrist < {s}ひじ
{s}足@hip < 下半身
{s}ひざ@knee < {s}足
{s}足首@ankle < {s}ひざ
{s}つま先@foot < {s}足首
""", ("親指", "人指", "中指", "薬指", "小指"), "{s}{f}{w}", unit=12.5),
    "Daz Genesis 8": Convention(("l", "r"), """
hip@pelvis
pelvis < hip
abdomenLower@spine1 < hip
abdomenUpper@spine2 < abdomenLower
chestLower@spine3 < abdomenUpper
chestUpper < chestLower
neckLower@neck < chestUpper
neckUpper < neckLower
head@head < neckUpper
{s}Collar@collar < chestUpper
{s}ShldrBend@shoulder < {s}Collar
{s}ShldrTwist%0.5 < {s}ShldrBend
{s}ForearmBend@elbow < {s}ShldrTwist
{s}ForearmTwist%0.5 < {s}ForearmBend
{s}Hand@wrist < {s}ForearmTwist
{s}ThighBend@hip < pelvis
{s}ThighTwist%0.5 < {s}ThighBend
{s}Shin@knee < {s}ThighTwist
{s}Foot@ankle < {s}Shin
{s}Metatarsals < {s}Foot
{s}Toe@foot < {s}Metatarsals
""", ("Thumb", "Index", "Mid", "Ring", "Pinky"), "{s}{f}{n}", unit=100.0),
    "Daz Genesis 9": Convention(("l", "r"), """
hip@pelvis
pelvis < hip
spine1@spine1 < hip
spine2 < spine1
spine3@spine2 < spine2
spine4@spine3 < spine3
neck1@neck < spine4
neck2 < neck1
head@head < neck2
{s}_shoulder@collar < spine4
{s}_upperarm@shoulder < {s}_shoulder
{s}_upperarmtwist1%0.3 < {s}_upperarm
{s}_forearm@elbow < {s}_upperarm
{s}_forearmtwist1%0.5 < {s}_forearm
{s}_hand@wrist < {s}_forearm
{s}_thigh@hip < pelvis
{s}_shin@knee < {s}_thigh
{s}_foot@ankle < {s}_shin
{s}_toes@foot < {s}_foot
""", ("thumb", "index", "mid", "ring", "pinky"), "{s}_{f}{n}", unit=100.0),
    "Character Creator": Convention(("L", "R"), """
CC_Base_BoneRoot
CC_Base_Hip < CC_Base_BoneRoot
CC_Base_Pelvis@pelvis < CC_Base_Hip
CC_Base_Waist@spine1 < CC_Base_Hip
CC_Base_Spine01@spine2 < CC_Base_Waist
CC_Base_Spine02@spine3 < CC_Base_Spine01
CC_Base_NeckTwist01@neck < CC_Base_Spine02
CC_Base_NeckTwist02 < CC_Base_NeckTwist01
CC_Base_Head@head < CC_Base_NeckTwist02
CC_Base_{s}_Clavicle@collar < CC_Base_Spine02
CC_Base_{s}_Upperarm@shoulder < CC_Base_{s}_Clavicle
CC_Base_{s}_UpperarmTwist01%0.1 < CC_Base_{s}_Upperarm
CC_Base_{s}_Forearm@elbow < CC_Base_{s}_Upperarm
CC_Base_{s}_ForearmTwist01%0.2 < CC_Base_{s}_Forearm
CC_Base_{s}_Hand@wrist < CC_Base_{s}_Forearm
CC_Base_{s}_Thigh@hip < CC_Base_Pelvis
CC_Base_{s}_ThighTwist01%0.1 < CC_Base_{s}_Thigh
CC_Base_{s}_Calf@knee < CC_Base_{s}_Thigh
CC_Base_{s}_Foot@ankle < CC_Base_{s}_Calf
CC_Base_{s}_ToeBase@foot < CC_Base_{s}_Foot
""", ("Thumb", "Index", "Mid", "Ring", "Pinky"), "CC_Base_{s}_{f}{n}", unit=100.0),
    "AccuRig": Convention(("L", "R"), """
RL_BoneRoot
Hip@pelvis < RL_BoneRoot
Pelvis < Hip
Waist@spine1 < Hip
Spine01@spine2 < Waist
Spine02@spine3 < Spine01
NeckTwist01@neck < Spine02
NeckTwist02 < NeckTwist01
Head@head < NeckTwist02
{s}_Clavicle@collar < Spine02
{s}_Upperarm@shoulder < {s}_Clavicle
{s}_UpperarmTwist01%0.1 < {s}_Upperarm
{s}_Forearm@elbow < {s}_Upperarm
{s}_ForearmTwist01%0.1 < {s}_Forearm
{s}_Hand@wrist < {s}_Forearm
{s}_Thigh@hip < Pelvis
{s}_Calf@knee < {s}_Thigh
{s}_Foot@ankle < {s}_Calf
{s}_ToeBase@foot < {s}_Foot
""", ("Thumb", "Index", "Mid", "Ring", "Pinky"), "{s}_{f}{n}", unit=100.0),
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
