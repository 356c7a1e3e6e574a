"""The names and hierarchies of rigs that people have, as data: joint -> bone, and what else hangs there.

A line is `bone < parent`, in the order in which the bones hang. {s} stands for the side marks, {f} for fingers.
`@joint` says which of SMPL-X's joints a bone lies at; bones without one are extra: ends, twists, roots, helpers.
"""

from __future__ import annotations

from .convention import Convention
from .more_conventions import MORE

FINGERS = ("thumb", "index", "middle", "ring", "pinky")


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
} | MORE  # fmt: skip
