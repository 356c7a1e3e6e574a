"""Lists phrases of clauses that wordings do not have, and the words by which wordings tell the same."""

from __future__ import annotations

import re

from .grammar import STANDS, is_action
from .phrase import Phrase

_BLOWS = ("punch", "jab", "hook", "cross", "kick")
_PLURALS = {"foot": "feet", "feet": "feet"}

_LITTLE = re.compile(r"\b(?:bit|little|slightly|step)\b")
_SIDED = re.compile(r"\b(?:left|right)\b")


def _one_blow(blow: re.Match[str]) -> str:
    """Returns "jab once" for "throws a jab"; which hand does it shows better when it is done twice."""
    once = " once" if blow[1] and not _SIDED.search(blow.string) else ""
    return f"{blow[2]}{blow[3] if blow[3] in _BLOWS else 'punch'}{once}"


FIRST = (
    Phrase(
        "exits",
        "walks away",
        r"^(?:(?:he|she|they) )?exit(?:s|ing)?(?: (?:the )?(?:room|stage|building|scene|frame))?$",
        "walks away",
    ),
    Phrase(
        "jumps forward", "jumps forward once", r"\b(jumps?) forwards?$", r"\1 forward once"
    ),  # the known ones are many
    Phrase(  # the known wording of a jump to the side is a dodge that does not come to rest
        "jumps to the left",
        "jumps up to the left",
        r"\b(jump(?:s|ing)?) (?:sideways )?(?:to the )?(left|right)(?: side)?(?=$| (?:once|twice|\w+ times)\b)",
        r"\1 up to the \2",
    ),
    Phrase(  # the known wording without "to the" is a dodge
        "sidestep right",
        "sidesteps to the right",
        r"^(?:(?:he|she|they) )?(?:a )?(?:quick )?side[- ]?step(?:s|ping)? (?:to the )?(left|right)"
        r"(?=$| (?:once|twice|\w+ times|slowly|quickly)\b)",
        r"sidesteps to the \1",
    ),
    Phrase(
        "makes small, hesitant hand gestures",
        "gestures with the hands",
        r"^(?:(?:he|she|they) )?(?:(?:mak|us|do|giv)(?:es|e|ing|s)? )?(?:(?:an?|some|his|her|their) )?"
        r"(?:(?!angry|aggressive|threatening|rude|yes|no|stop|rolling|mudra)[\w-]+,? ){0,2}?(?:hand gestures?|gestures)"
        r"(?: with (?:(?:the|his|her|their|both) )+hands?)?$",
        "gestures with the hands",
    ),
    Phrase(
        "reaches the top of the stairs",
        STANDS,
        r"^(?:(?:he|she|they) )?reach(?:es|ing)? the (?:top|bottom|end|summit|other side|finish(?: line)?|door|wall|"
        r"edge)(?: of .*)?$",
        STANDS,
    ),
    Phrase("throws the ball", "throws a ball", r"^((?:[\w-]+ )*?throw(?:s|ing)?) the ball$", r"\1 a ball"),
    Phrase(
        "a graceful ballet spin",
        "a graceful spin",
        r"\b(?:ballet|ballerina(?:'s)?) (?=(?:spins?|spinning|twirls?|twirling|pirouettes?)\b)",
        "",
    ),
    Phrase(
        "is knocked back",
        "staggers back from a heavy hit",
        r"\bknock-?backs?\b(?: front)?|\b(?:is|gets|was|being) knocked back(?:wards?)?\b",
        "staggers back from a heavy hit",
    ),
    Phrase(
        "moves backwards in a circle",
        "walks backwards in a circle",
        r"\b(?:mov|go|travel|proceed)(?:s|es|e|ing)? (?=(?:(?:slowly|quickly|backwards?|forwards?|sideways) )*"
        r"(?:in|around|along) (?:an? |the )?(?:[\w-]+ )*(?:circles?|loops?|squares?|triangle)\b)",
        "walks ",
    ),
    Phrase(
        "puts the left foot forward",
        "steps forward with the left foot",
        r"\b(?:put|mov|bring|plac|set)(?:s|es|e|ting|ing)? (?:the|his|her|their|one) (?:(?P<side>left|right) )?"
        r"(?:foot|leg) (?P<way>forwards?|ahead|backwards?|back|out in front)$",
        lambda foot: (
            f"steps {'back' if foot['way'].startswith('back') else 'forward'} with the {foot['side'] or 'right'} foot"
        ),
    ),
    Phrase(
        "runs a full circle",
        "runs in a full circle",
        r"\b((?:walk|run|jog|sprint|march|skip|crawl)(?:s|ing|ning|ping)?) (?=(?:an?|one|the|two|three|\d+) "
        r"(?:(?:full|complete|whole|big|large|wide|small|tight|little) )*circles?\b)",
        r"\1 in ",
    ),
    Phrase(
        "pulls back in",
        STANDS,
        r"^(?:(?:he|she|they|it) )?(?:pull|duck|lean|lunge|slip)(?:s|ing)? back(?: in| into cover| behind cover)$",
        STANDS,
    ),
    Phrase("runs because he is late", "runs ", r"\b(?:because|since (?=(?:he|she|they|it)\b))\b.*$", ""),
    Phrase(
        "walks facing forward",
        "walks ",
        r"(?:\b(?:while|with (?:the|his|her|their) (?:body|chest|hips|torso|shoulders|face)) )?"
        r"\b(?:(?:kept|still|always|keeping) )*(?:facing|looking) (?:forwards?|ahead|the front|straight ahead)\b",
        " ",
    ),
    Phrase(
        "does a 360",
        "turns 360 degrees",
        r"\b(?:do|does|doing|perform(?:s|ing)?|execut(?:es|ing|e)|pull(?:s|ing)?(?: off)?) an? "
        r"(?:full )?(90|180|270|360|540|720)(?: degrees?)?(?=$|,| to )",
        r"turns \1 degrees",
    ),
    Phrase(
        "walks with his back hunched",
        "walks with a hunched back",
        r"\bwith (?:(?:the|his|her|their|its) )?(?:back|spine|posture) (bent|hunched|stooped|straight|upright)\b",
        r"with a \1 back",
    ),
    Phrase(
        "a baby learning to walk",
        "a toddler walks",
        r"\b(?:baby|infant|toddler|child|kid)(?:,? who)?(?: is)? (?:(?:learn|try)(?:s|ing|ies)? to walk|"
        r"(?:mak|tak)(?:es|ing) (?:(?:the|his|her|its) )?(?:very )?first steps)\b",
        "toddler walks",
    ),
    Phrase(
        "takes tiny steps forward",
        "walks mincingly forward",
        r"^(?P<who>(?:[\w-]+ ){0,3}?)tak(?:es?|ing) (?:very |only )?(?:small|tiny|little|baby|short) steps\b",
        r"\g<who>walks mincingly",
    ),
    Phrase(
        "walks with very small steps",
        "walks mincingly",
        r",?(?: with| in| taking| using)(?: very)? (?:small|tiny|little|baby|short)(?:,? (?:quick|slow|fast|careful))? "
        r"steps\b",
        " mincingly",
    ),
    Phrase(
        "an exhausted soldier trudging through mud",
        "an exhausted soldier trudges home in the rain",
        r"\b(?:trudg|slogg?)(?:es|s|e|ing)\b(?: (?:slowly|along|on|home|forwards?|back))*"
        r"(?: (?:through|across|over|in|into|towards?|along|from) (?:(?!\w+ing\b)[\w-]+ ?){1,4})?$",
        "trudges home in the rain",
    ),
    Phrase(
        "gets pushed from behind",
        "stumbles forward after a push",
        r"\b(?:(?:get|is|being|are|was)(?:s|ting)? (?:being )?)?(?:pushed|shoved|bumped|rammed)(?: hard| roughly)? "
        r"(?:forwards? )?(?:from behind|in the back)\b(?: by \w+(?: \w+)?)?",
        "stumbles forward after a push",
    ),
    Phrase("run jump", "running leap", r"^(?:run(?:ning)? jump|jump run)(?: start)?$", "running leap"),
    Phrase("strafe run to the right", "jog to the right", r"\b(?:strafe run|run strafe|strafe jog)\b", "jog"),
    Phrase("appears to be walking", "walking", r"\b(?:appears?|seems?) to (?:be )?", ""),
    Phrase(
        "does sit-ups without a pause",
        "does sit-ups",
        r",? (?:(?:with )?no|without(?: an?| any)?) (?:pauses?|rest|breaks?|stopping|pausing)\b|,? \bnon-?stop\b",
        "",
    ),
    Phrase(
        "walks keeping her eyes ahead",
        "walks",
        r",? ?(?:\b(?:while|and) )?\b(?:keeping|with) (?:(?:the|his|her|their) )?"
        r"(?:eyes|gaze|head|face|chest|body|torso)"
        r"(?: (?:fixed|turned|pointed|facing|looking|straight))* (?:ahead|forwards?|to the front)\b",
        "",
    ),
    Phrase(
        "lets out a big sigh",
        "sighs",
        r"\blet(?:s|ting)? out an? (?:[\w-]+ )?(sigh|groan|scream|yell|roar|shout|laugh|growl)\b",
        r"\1s",
    ),
    Phrase("turns leftward", "turns to the left", r"\b(left|right)wards?\b", r"to the \1"),
    Phrase("lift your hands", "lift the hands", r"\b(?:your|my)\b", "the"),
    Phrase(
        "lifts up the arms",
        "raises both arms",
        r"\b(?:rais|lift)(?:es|e|s|ing)? (?:up )?(?:(?:the|his|her|their|its) )?arms\b",
        "raises both arms",
    ),
)
"""Phrases that are replaced before what a clause leaves to the one before is put in."""

THEN = (
    Phrase(
        "takes a big step",
        "takes one big step",
        r"\b(take|takes|taking|make|makes|making) an? (?=(?:\w+ )?step\b(?! (?:over|onto|across)\b))",
        r"\1 one ",
    ),
    Phrase(
        "stretches both legs",
        "stretches the back of the legs",
        r"\bstretch(es|ing)? (?:out )?(?:(?:the|his|her|their|both) )+legs\b(?: out| forwards?)*$",
        r"stretch\1 the back of the legs",
    ),
    Phrase(
        "lifts his left and right foot",
        "lifts both feet",
        r"\b(?:(?:the|his|her|their|its|your) )?(?:left (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?right|"
        r"right (?:\w+ )?and (?:(?:the|his|her|their|its|your) )?left) (arm|hand|fist|leg|knee|foot|feet)s?\b",
        lambda both: f"both {_PLURALS.get(both[1], f'{both[1]}s')}",
    ),
    Phrase(
        "gets up from a chair using the armrests",
        "gets up from a chair",
        r"(?: by)? (?:using|with the help of) (?:the|his|her|an?) (?:arm ?rests?|rail|railing|handrail|banister|"
        r"walls?|table)\b",
        "",
    ),
    Phrase(
        "he moves his hands around",
        "he explains something with both hands",
        r"\b(?:(?:is|are) )?mov(?:es|e|ing) (?:(?:the|his|her|their|both) )+hands(?: around| about| a lot)?$",
        "explains something with both hands",
    ),
    Phrase(
        "throws something with the right hand",
        "throws with the right hand",
        r"\b(throw(?:s|ing)?|toss(?:es|ing)?) something(?= with\b)",
        r"\1",
    ),
    Phrase(
        "punches the air in victory",
        "pumps the fist in victory",
        r"\b(?:air[- ]punch(?:es|ing)?|punch(?:es|ing)? the air)\b(?= (?:in|with|for|after)\b|$)",
        "pumps the fist",
    ),
    Phrase(
        "the goalkeeper dives to the left",
        "the goalkeeper falls sideways to the left",
        r"\b(?:div(?:es|e|ing)|fall(?:s|ing)?(?: over| down)?|toppl(?:es|e|ing)(?: over)?)(?: sideways)? (?:to|onto) "
        r"(?:the|his|her|their) (left|right)(?: side)?\b(?! (?:knee|elbow|hand|arm|leg|hip|shoulder)\b)",
        r"falls sideways to the \1",
    ),
    Phrase("a king parading", "a king struts", r"\bparad(?:es|ing)\b", "struts"),
    Phrase("is doing lunges", "does lunges", r"\b(?:is|are) (?:doing|performing|executing) ", "does "),
    Phrase("wakes up with a start", "wakes up", r" with a (?:start|jolt|jerk|gasp|cry)$", ""),
    Phrase(
        "circles around the fire",
        "walks around the fire",
        r"\bcircl(?:es|e|ing) (?:around|round) (?=(?:an?|the|his|her|some\w*|it|them)\b)",
        "walks around ",
    ),
    Phrase(
        "descends several steps",
        "descends the stairs",
        r"\b(descend(?:s|ing)?|ascend(?:s|ing)?|(?:climb|go|walk|run|com)(?:s|es|e|ing)? (?:up|down)) "
        r"(?:(?:several|a few|some|many|the|those|these|his|her) )*(?:steep |narrow |stone )?(?:steps|flight of"
        r" (?:steps|stairs))\b",
        r"\1 the stairs",
    ),
    Phrase(
        "goes up a spiral staircase",
        "goes up the stairs",
        r"\b(?:an?|the) (?:[\w-]+ )?(?:stairs?|staircase|stairway|stairwell)\b(?:,? (?:curv|wind|spiral)(?:ing|"
        r"es|s)[^,]*)?",
        "the stairs",
    ),
    Phrase(
        "stamps his feet",
        "stamps along",
        r"\b(?:stamp|stomp)(?:s|ing)?(?: (?:(?:the|his|her|their) )?(?:feet|foot))?(?: on the (?:spot|ground|floor))?"
        r"(?=$| (?:angrily|furiously|impatiently|hard|and|while|like)\b)",
        "stamps along",
    ),
    Phrase(
        "hunts for his lost keys",
        "walks bent over, searching the ground",
        r"\b(?:(?:frantic|desperate|long) )?(?:hunt|search|rummag|scrabbl)(?:s|es|e|ing)? (?:(?:around|about|"
        r"everywhere|frantically) )*for\b.*$",
        "walks bent over, searching the ground",
    ),
    Phrase(
        "slouches with no energy",
        "stands tired",
        r"\b(?:slouch|slump)(?:es|s|ing)?(?: (?:there|around))?(?: with (?:no|zero|little) energy)?$",
        "stands tired",
    ),
    Phrase(
        "takes a deep breath",
        "breathes",
        r"\b(?:(?:tak|draw)(?:es|e|s|ing) )?(?:an?|one) (?:(?:deep|long|slow) )+breath$",
        "breathes",
    ),
    Phrase(
        "a timid little hello",
        "waves hello",
        r"^(?:an? )?(?:[\w-]+ ){0,2}(hello|goodbye)(?: (?:from|to) .*)?$",
        r"waves \1",
    ),
    Phrase(
        "continues walking",
        "walking",
        r"\b(?:continu(?:e|es|ed|ing)|keep(?:s|ing)?(?: on)?|kept(?: on)?|go(?:es|ing)? on|went on|"
        r"carr(?:y|ies|ied|ying) on|resum(?:e|es|ed|ing))(?: (?:to|with(?: (?:his|her|the|their))?))? (?=(\w+)\b)",
        lambda goes_on: "" if is_action(goes_on[1]) or goes_on[1].endswith("ing") else goes_on[0],
    ),
    Phrase(
        "turns over the right shoulder",
        "turns to the right",
        r"(?<=\w )over (?:the|his|her|their|your) (left|right) shoulder\b(?=$|,| and)",
        r"to the \1",
    ),
    Phrase(
        "throws up his arms in despair",
        "raises both arms",
        r"\b(?:throw|fling|toss)(?:s|es|ing)? (?:up (?:(?:the|his|her|their|both|your) )*(?:arms|hands)\b|"
        r"(?:(?:the|his|her|their|both|your) )*(?:arms|hands)(?= (?:up|high|in|into|overhead)\b))"
        r"(?: (?:up|high|in the air|into the air|overhead|up in the air))*"
        r"(?: in (?:despair|frustration|exasperation|disgust|horror|surrender|joy|triumph|anger|surprise))?",
        "raises both arms",
    ),
    Phrase("an uppercut", "an punch", r"\b(?:uppercut|haymaker)\b", "punch"),
    Phrase(
        "throws a quick jab",
        "quick jab once",
        r"\b(?:throw|deliver|land)(?:s|ing)? (an? )?((?:(?:left|right|quick|hard|strong|low|high|straight) )*)"
        r"(punch|jab|hook|uppercut|cross|haymaker|kick|elbow|headbutt)\b(?! (?:once|twice|\w+ times))",
        _one_blow,
    ),
    Phrase(
        "charges at the enemy",
        "runs forward",
        r"\b(?:charges|(?P<ongoing>charging)|(?<!\w )charge)(?: straight| right| headlong)?(?: forwards?| ahead|"
        r" in| off)?"
        r"(?: (?:at|into|towards?|through) .*)?$",
        lambda charges: "running forward" if charges["ongoing"] else "runs forward",
    ),
    Phrase(
        "lowers himself into a crouch",
        "crouches",
        r"\b(?:lower|sink|drop|dip|get|go|fall|settle)(?:s|es|ing|ping|ting)?(?: (?:him|her|it|them)sel(?:f|ves))?"
        r"(?: down)? (?:in)?to an? (?:(?!kneeling|sitting)[\w-]+ )?(crouch|squat)\b",
        lambda low: "crouches" if low[1] == "crouch" else "squats",
    ),
    Phrase(
        "stops dead in his tracks",
        "stops",
        r"\b(stops?|stopping) (?:dead|short|cold)\b(?: in (?:his|her|"
        r"their) tracks)?",
        r"\1",
    ),
    Phrase(
        "walks up to the wall",
        "walks to the wall",
        r"\b((?:walk|stroll|go|step|run|jog|march|stride|sneak)(?:s|es|ing|ning)?) up (?=to\b|on (?:him|her|it|"
        r"them|some))",
        r"\1 ",
    ),
    Phrase(
        "slumps in his chair",
        "sits in his chair",
        r"\b(?:slump|slouch|loung|recline|sprawl)(?:s|es|ed|ing)?(?: (?:back|down))* (?:in|on|into) "
        r"(?=(?:the|his|her|their|an?) (?:\w+ )?(?:chair|armchair|seat|sofa|couch|bench)\b)",
        "sits in ",
    ),
    Phrase("catches himself", "recovers", r"\bcatch(?:es|ing)? (?:him|her|it|them)sel(?:f|ves)\b", "recovers"),
    Phrase(
        "regains his balance",
        "recovers",
        r"^(?:catch|regain|recover|find|keep)(?:s|es|ing)? (?:(?:the|his|her|their|its) )?balance\b(?: again)?$",
        "recovers",
    ),
    Phrase(
        "sets down on the couch",
        "sits down on the couch",
        r"\bset(?:s|ting)? down (?=(?:on|onto|in) (?:the|an?|his|her|their) )",
        "sits down ",
    ),
    Phrase(
        "puts the leg down again",
        STANDS,
        r"^(?:(?:lower|drop)(?:s|ping|ing)?|(?:put|set|bring)(?:s|ting|ing)?) (?:(?:the|his|her|their|its) )?"
        r"(?:(?:left|right|raised|other) )?(?:leg|knee|foot)(?: (?:back|down|again|to the (?:floor|ground)))*$",
        STANDS,
    ),
    Phrase(
        "plants the left foot",
        "recovers",
        r"^plant(?:s|ing)? (?:(?:the|his|her|their) )?(?:(?:left|right|front|back|standing|supporting) )?"
        r"(?:foot|feet|leg)"
        r"(?: (?:firmly|down|wide|apart|on the (?:ground|floor)|beside the ball))*$",
        "recovers",
    ),
    Phrase(
        "wades slowly through deep water",
        "wades",
        r"\bwad(e|es|ing)\b(?: \w+ly)? (?:through|across|into|in|along) .*$",
        r"wad\1",
    ),
    Phrase(
        "lands on her side",
        "falls on her side",
        r"\bland(?:s|ing)?(?: hard)? "
        r"(?=on (?:the|his|her|their) (?:back|side|face|stomach|belly)\b)",
        "falls ",
    ),
    Phrase(
        "falls on his backside",
        "lands on the bottom and rolls back",
        r"\b(?:land|fall|drop|sit)(?:s|ing)?(?: (?:hard|heavily|down))* on (?:the|his|her|their) "
        r"(?:backside|bottom|butt|bum|behind|rear|rear end|tail|ass|arse)$",
        "lands on the bottom and rolls back",
    ),
    Phrase(
        "flops onto the bed",
        "lies down on the bed",
        r"\b(?:flop|drop|fall|collaps|crash|throw|sink|plop|slump|let)(?:s|ping|ing|es|e)?"
        r"(?: (?:him|her|them)sel(?:f|ves))?(?: (?:back|down|fall))* (?:in|on)(?:to)? (?=(?:the|his|her|their|"
        r"an?) (?:\w+ )?"
        r"(?:bed|mattress|bunk|cot)\b)",
        "lies down on ",
    ),
    Phrase(
        "nervous fidgeting",
        "fidgets while standing",
        r"\b(?:nervous(?:ly)? |anxious(?:ly)? )?fidget(?:s|ing)?\b(?: (?:nervously|anxiously))?",
        "fidgets while standing",
    ),
    Phrase("elbow strike", "punch", r"\b(?:elbow|palm|hammer ?fist|forearm) strikes?\b", "punch"),
    Phrase(
        "slips to the side",
        "dodges to the side",
        r"\bslip(?:s|ping)? (?=(?:to (?:the |one )?)?(?:side|left|right)\b|sideways)",
        "dodges ",
    ),
    Phrase(
        "shuffles off to the bathroom",
        "shuffles forward in line",
        r"\bshuffl(?:es|ing|e) (?:off|away|out|over|ahead|forwards?|to|towards?|along|slowly)\b"
        r"(?:(?! bent|\bleft\b|\bright\b|\bside|\bback).)*$",
        "shuffles forward in line",
    ),
    Phrase(
        "hurries off",
        "runs off",
        r"\b(?:hurr(?:y|ies|ying)|rush(?:es|ing)?) (?=(?:off|away|out|over)\b)",
        "runs ",
    ),
    Phrase(
        "leans forward gasping for air",
        "leans forward",
        r"\b(?:lean|bend)(?:s|ing)? (?:forwards?|over|down),? (?:gasping|panting|wheezing)(?: for (?:air|breath))?",
        "leans forward",
    ),
    Phrase(
        "drops down on the other side",
        "jumps down",
        r"\b(?:drop|jump|climb|leap|get|land|com)(?:s|ping|ing|e|es)?(?: down| off)? on (?:the|its) other side\b",
        "jumps down",
    ),
    Phrase(
        "signals with a raised fist",
        "raises the right arm",
        r"\b(?:signal|gestur|salut)(?:s|es|ing|e) with"
        r" a raised (?:fist|hand|arm)\b.*",
        "raises the right arm",
    ),
    Phrase(
        "a drunk staggers",
        "a drunk walks",
        r"\b(?P<who>drunk(?:en)?|tipsy|intoxicated|wasted)\b(?P<more>(?: [\w-]+){0,2}?) stagger(?P<ing>s|ing)\b",
        r"\g<who>\g<more> walk\g<ing>",
    ),
    Phrase(
        "proposes to his girlfriend",
        "goes down on one knee",
        r"^(?P<who>(?:[\w-]+ ){0,3}?)propos(?:es|e|ing)(?: marriage)?(?: to .*)?$",
        r"\g<who>goes down on one knee",
    ),
    Phrase("walks like a supermodel", "walks like a model", r"\bsuper ?model\b", "model"),
    Phrase(
        "bounces on her toes",
        "bounces on both feet",
        r"\bbounc(es|e|ing)(?: \w+)*? on (?:the|his|her|their|"
        r"both) (?:toes|heels|balls of (?:his|her|their|the) feet)\b",
        r"bounc\1 on both feet",
    ),
    Phrase(
        "opens the drawer",
        "opens the fridge",
        r"\bopen(s|ing)? (?:the|a|an|his|her) (?:[\w-]+ )?(?:drawer|cupboard|cabinet|wardrobe|closet|locker|"
        r"oven|microwave)\b",
        r"open\1 the fridge",
    ),
    Phrase(
        "cartwheels to the left",
        "does a cartwheel to the left and stays on the feet",
        r"\b(?:(?:does|do|doing|performs?|performing|turns?) an? )?cartwheel(?:s|ing)? (?:over )?to the (left|right)$",
        r"does a cartwheel to the \1 and stays on the feet",
    ),
    Phrase(
        "leans to the right",
        "leans to the side to the right",
        r"\b(lean|bend)(s|ing)? (?:over )?to (?:the|his|her|their) (left|right)(?: side)?\b",
        r"\1\2 to the side to the \3",
    ),
    Phrase(
        "gets on hands and knees",
        "drops down onto all fours",
        r"\b(?:get|go|drop|lower|fall|sink|com)(?:s|es|e|ping|ting|ing)?(?: (?:him|her|them)sel(?:f|ves))?(?:"
        r" down)? (?:on|onto|to) "
        r"(?:(?:the|his|her|their|all) )?(?:hands and knees|fours)\b",
        "drops down onto all fours",
    ),
    Phrase(
        "leaves the room",
        "walks away",
        r"^(?:(?:he|she|they) )?leav(?:es|ing)(?: (?:the|a|his|her) (?:room|house|stage|scene|building|place|"
        r"office))?(?: after all| again| quickly)?$",
        "walks away",
    ),
    Phrase(
        "watches it fly",
        STANDS,
        r"^(?:(?:he|she|they) )?(?:(?:watch|look)(?:es|s|ing)? (?:to see )?(?:where|how|whether|if|as) .*|"
        r"watch(?:es|ing)? (?:it|them|him|her|the (?:[\w-]+ )?(?:ball|thing|stone|rock|object|arrow|frisbee))\b"
        r"(?: [\w-]+){0,5})$",
        STANDS,
    ),
    Phrase("serves", "tennis serve", r"^(?:(?:he|she|they) )?serves?(?: the ball)?$", "tennis serve"),
    Phrase(
        "a depressed shuffle",
        "a depressed shuffles forward in line",
        r"\b(?P<how>depressed|sad|tired|weary|slow|old|exhausted) shuffle\b",
        r"\g<how> shuffles forward in line",
    ),
    Phrase(
        "climbs the stairs",
        "climbs up the stairs",
        r"\b(climb|walk|go|run)(s|es|ing|ning)? (?=(?:the |a flight of |some )?(?:stairs|staircase|steps)\b)",
        r"\1\2 up ",
    ),
    Phrase(
        "circles the opponent",
        "strafes to the left",
        r"\bcircl(?:es|e|ing) (?:around )?(?:the|an?|his|her|their) (?:opponent|enemy|target|prey|rival|foe)\b",
        "strafes to the left",
    ),
    Phrase(
        "stays in plank",
        "plank",
        r"\b(?:stay|hold|remain|keep|freez)(?:s|es|ing|e)? (?:in )?(?:a |the"
        r" )?plank(?: position| pose)?\b",
        "plank",
    ),
    Phrase("explodes upward", "jumps up", r"\bexplod(?:es|ing|e) up(?:wards?)?\b", "jumps up"),
    Phrase(
        "drags his feet",
        "slow, dragging steps with slumped shoulders",
        r"\bdrag(?:s|ging)? (?:the|his|her|their) (?:feet|heels)\b(?: along| behind \w+)?",
        "slow, dragging steps with slumped shoulders",
    ),
    Phrase(
        "begins in a standing position",
        STANDS,
        r"\b(?:begin|start)(?:s|ing)?(?: off)?(?: in| from| with)?(?: (?:a|the))?(?: (?:standing|neutral|upright))?"
        r"(?<!\ba start)(?<!\bthe start)(?: (?:position|pose|posture))?$",
        STANDS,
    ),
    Phrase(
        "pants heavily",
        "panting",
        r"(?<!his )(?<!her )(?<!the )\bpants\b(?: (?:heavily|hard|for (?:air|"
        r"breath)))?(?=$| with|,)",
        "panting",
    ),
    Phrase(
        "comes up on one knee",
        "kneels down",
        r"\bcom(?:es?|ing) up (?:on|onto|to) (?:one|a|his|her|the)"
        r" (?:left |right )?knee\b",
        "kneels down",
    ),
    Phrase(
        "bouncing up and down",
        "jumping up and down",
        r"\bbounc(?:es|e|(?P<ongoing>ing)) up and down\b",
        lambda bounces: f"{'jumping' if bounces['ongoing'] else 'jumps'} up and down",
    ),
    Phrase(
        "throws a frisbee", "throws a ball", r"\b(throw|toss|fling)(s|ing|es)? (?:the |an? )?frisb\w+", r"\1\2 a ball"
    ),
    Phrase(
        "ends up sitting on his butt",
        "lands on the bottom and rolls back",
        r"\b(?:end|wind|finish)(?:s|es|ing)? up (?:sitting|landing|falling)? ?on (?:the|his|her|their) "
        r"(?:backside|bottom|butt|bum|behind|rear|tail|ass|arse)$",
        "lands on the bottom and rolls back",
    ),
    Phrase(
        "half turn in the air",
        "jump with a half turn in the air",
        r"^(half|full|quarter|180|360) (?:degree )?turn in (?:the|mid)[- ]?air\b",
        r"jump with a \1 turn in the air",
    ),
    Phrase(
        "sinks to the ground",
        "sinks down to the floor and sits",
        r"\b(?:sink|slump|crumpl)(?:s|es|ing|"
        r"e)?(?: down)? to the (?:ground|floor)$",
        "sinks down to the floor and sits",
    ),
    Phrase("pops up", "stands up", r"\bpop(?:s|ping)? up$", "stands up"),
    Phrase("goes back down", "crouches down", r"^(?:goes|gets|ducks|drops) back down(?: again)?$", "crouches down"),
    Phrase(
        "swings the right arm round",
        "circles the right arm",
        r"\bswing(?:s|ing)? (?P<arm>(?:(?:the|his|her|their|both) )*(?:left |right )?arms?) (?:a?round|in"
        r" (?:big |wide )?circles)\b",
        r"circles \g<arm>",
    ),
    Phrase(
        "sneaks to the left",
        "shuffles sideways to the left crouched",
        r"\b(?:sneak|creep|prowl|skulk|crouch[- ]walk|crouch)(?:s|es|ing)?(?: sideways)? (?P<way>to the (?:left|"
        r"right))$",
        r"shuffles sideways \g<way> crouched",
    ),
    Phrase("tiptoes sideways", "walks sideways", r"\b(?:tip-?toe(?:s|ing)?) sideways\b", "walks sideways"),
    Phrase("shadowboxes", "shadow boxing", r"\bshadow[- ]?box(?:es|ing)?\b", "shadow boxing"),
    Phrase("hero landing", "superhero landing", r"(?<!super)\bhero landing\b", "superhero landing"),
    Phrase("hangs there", "hangs", r"\b(hangs?|hanging) (?:there|on|in (?:the|mid)[- ]?air)(?=$| for)", r"\1"),
    Phrase(
        "pulls himself over the top",
        "climbs a wall",
        r"\b(?:pull|haul|heave|hoist)(?:s|es|ing)? (?:him|her|it|them)sel(?:f|ves) (?:up (?:and )?)?"
        r"(?:over|onto|on top)\b.*",
        "climbs a wall",
    ),
    Phrase(
        "glides off in a pirouette",
        "spins around",
        r"\b[a-z]+(?:s|ing)(?: (?:off|away|out))? in(?:to)? an? (?:\w+ )?(?:pirouette|twirl|spin)\b",
        "spins around",
    ),
    Phrase(
        "lowers the weapon",
        "idles",
        r"\b(?:lower|drop|holster|put)(?:s|ing|ting)? (?:(?:down|away) )?(?:the|his|her|their|its) "
        r"(?:weapon|gun|rifle|pistol|bow|sword|guard|fists|shield|axe|spear)s?\b(?: (?:down|again|away))*$",
        "idles",
    ),
    Phrase(
        "backs up diagonally",
        "walks backwards diagonally",
        r"\bback(?:s|ing)? (?:up|away|off) (?=diagonally|to the (?:left|right)|towards? the (?:left|right))",
        "walks backwards ",
    ),
    Phrase(
        "eases himself into the armchair",
        "sits down into the armchair",
        r"\b(?:eas|lower|settl|plop|plonk|flop|drop|sink)(?:e|es|s|ing|ping)?"
        r"(?: (?:himself|herself|themselves|itself))?(?: gently| slowly| carefully| heavily)?(?: (?:back|down))*"
        r" (?=(?:in|on)(?:to)? (?:the|an?|his|her) (?:\w+ )?(?:chair|armchair|seat|bench|sofa|couch|stool)\b)",
        "sits down ",
    ),
    Phrase(
        "eases himself down",
        "sits down slowly",
        r"\beas(?:e|es|ing) (?:himself|herself|themselves) down$",
        "sits down slowly",
    ),
    Phrase(
        "wriggles along on the belly",
        "crawls on the belly",
        r"\b(?:wriggl|squirm|slither|worm|inch|wiggl)(?:e|es|s|ing)? .*?"
        r"(?=on (?:the|his|her|their) (?:belly|stomach|front)\b)",
        "crawls ",
    ),
    Phrase(
        "drops to his knees",
        "kneels down",
        r"\b(?:fall|drop|sink|go|get|collaps)(?:s|es|ping|ing|e)? (?:down )?(?:to|on|onto) "
        r"(?:(?:the|his|her|their|its|both|one|a) )*knees?\b",
        "kneels down",
    ),
    Phrase(
        "cuts hard to the left",
        "runs and turns to the left",
        r"^(?:break|cut)(?:s|ing)? (?:hard |sharply |suddenly |off )*(?:to the )?(left|right)$",
        r"runs and turns to the \1",
    ),
    Phrase(
        "pushes himself back up",
        "gets up",
        r"\b(?:push|pick|pull|drag)(?:es|s|ing)? (?:him|her|it|them)sel(?:f|ves) (?:(?:back|slowly) )*"
        r"(?:up|to (?:his|her|their) feet|off the (?:ground|floor))\b",
        "gets up",
    ),
    Phrase(
        "pops back up",
        "gets up",
        r"\b(?:pop|spring|bounc|jump|shoot|get)(?:s|es|ing|ping|e)? (?:right |straight )?back "
        r"(?:up(?: (?:on|to) (?:his|her|their) feet)?|(?:on|to) (?:his|her|their) feet)$",
        "gets up",
    ),
    Phrase(
        "taps his foot impatiently",
        "shifts from foot to foot",
        r"\btap(?:s|ping)? (?:(?:the|his|her|their|a|one) )?(?:left |right )?foot\b"
        r"(?: (?:impatiently|nervously|on the floor|(?:to|with|along with|in time with) the (?:music|beat|rhythm)))*",
        "shifts from foot to foot",
    ),
    Phrase(
        "sets the cup back down",
        "puts down the cup",
        r"\b(?:put|set|plac|lay)(?:s|e|es|ting|ing)? ((?:the|his|her|an?) (?:\w+ )??\w+) (?:back )?down(?: again)?$",
        r"puts down \1",
    ),
    Phrase(
        "does a pirouette",
        "spins around",
        r"\b(do|perform|execut|mak)(?:es|s|ing|e)? (?:an? |some )?(?:[\w-]+ )??pirouettes?\b(?<!indian pirouette)",
        lambda does: "spinning around" if does[0].split(" ")[0].endswith("ing") else "spins around",
    ),
    Phrase("hits back", "hits someone", r"\b(?:hit|strik|fight|punch)(?:es|s|ting|ing|e)? back$", "hits someone"),
    Phrase("follows through", "recovers", r"^follow(?:s|ing)? through\b(?: (?:fully|with the swing))?$", "recovers"),
    Phrase(
        "whips around to the left",
        "quickly turns around to the left",
        r"\b(?:whip|whirl|wheel|snap|jerk|flick)(?:s|ping|ing|e)? (?:a)?round"
        r"(?= to (?:the|his|her|their) (?:left|right)\b|$)",
        "quickly turns around",
    ),
    Phrase(
        "slips a punch",
        "dodges a punch",
        r"\bslip(?:s|ping)? (?:under |past )?(?=(?:an?|the|one|two) (?:\w+ )?(?:punch|jab|blow|hook|cross)(?:es)?\b)",
        "dodges ",
    ),
    Phrase(
        "answers with an uppercut",
        "an uppercut",
        r"\b(?:answer|respond|counter|retaliat|repl|follow|finish|open|start)(?:s|es|ies|ing|e)?(?: up| back| off)? "
        r"with "
        r"(?=(?:an? )?(?:[\w-]+ )?(?:punch|jab|hook|cross|uppercut|haymaker|kick|elbow|combo|combination)\b)",
        "",
    ),
    Phrase(
        "storms off in a huff",
        "quickly walks angrily",
        r"\b(?:storm|(?:stomp|stamp)(?=\w* (?:off|out|away)))(?:s|ing)? (?:off|out|away|in|around|about|past|"
        r"(?:into|across|through|up to|towards?|over to|down) (?:the|a|his|her|their) \w+)\b"
        r"(?: of (?:the|a|his|her|their) \w+)?"
        r"(?: in (?:a huff|anger|a rage|fury|a temper)| angrily| furiously)?",
        "quickly walks angrily",
    ),
    Phrase(
        "walks away angrily",
        "walks angrily",
        r"\b(walk(?:s|ing)?) (?:away|off|out) (?=\w+ly\b)",
        r"\1 ",
    ),
    Phrase(
        "jumps to his feet",
        "gets up quickly",
        r"\b(?:quickly |nimbly |suddenly )?(?:jump|leap|spring|bounc|hop|shoot|pop|bolt)(?:s|es|ing|ping)? "
        r"(?:(?:right|straight|quickly|back|up) )*(?:to|onto) (?:his|her|their|the) feet\b(?: again| quickly)*",
        "gets up quickly",
    ),
    Phrase(
        "dives full stretch to the right",
        "falls sideways to the right",
        r"\bdiv(?:es|e|ing)(?: (?:(?:at )?full[- ](?:stretch|length)|headlong|low|high|far|desperately|spectacularly|"
        r"out|across(?: the goal)?))* (?:(?:to|towards?) (?:the|his|her|their) )?(left|right)(?: side)?\b"
        r"(?! (?:in|into|at|over|through|on|off|knee|elbow|hand|arm|leg|hip|shoulder)\b)",
        r"falls sideways to the \1",
    ),
    Phrase(
        "drops prone",
        "goes prone",
        r"\b(?:drop|fall|get|throw|fling)(?:s|ing|ping|ting)?(?: (?:him|her|them)sel(?:f|ves))?"
        r"(?: (?:down|into|to|a))* prone(?: position)?\b",
        "goes prone",
    ),
    Phrase(
        "shifts a bit to the left",
        "sidesteps once to the left",
        r"\b(?:shift|scoot|edg|budg|inch|sidl)(?:s|es|e|ing)? "
        r"(?P<far>(?:(?:over|a bit|a little|slightly|a step|sideways) )*)"
        r"(?P<way>to (?:the|his|her|their) (?:left|right))\b(?! (?:foot|leg|hip))",
        lambda shifts: f"{'sidesteps once' if _LITTLE.search(shifts['far']) else 'moves sideways'} {shifts['way']}",
    ),
    Phrase(
        "grabs a heavy box",
        "picks up a heavy box",
        r"\bgrab(?:s|bing)? (?=(?:an?|the) (?:(?:very|really) )?(?:heavy|big|large|huge|massive) \w|something heavy\b)",
        "picks up ",
    ),
    Phrase(
        "spins on one heel",
        "spins around",
        r"\b(?P<spins>spin(?:s|ning)?|twirl(?:s|ing)?) (?:around )?on (?:(?:the|his|her|their|one|a) )*"
        r"(?:left |right )?(?:heels?|toes|foot)\b",
        lambda spins: f"{spins['spins']} around",
    ),
    Phrase(
        "leans from side to side",
        "sways the upper body slowly from side to side",
        r"\b(?:lean|bend|sway|tilt|rock)(?:s|ing)? (?:(?:his|her|their|the) (?:body|torso|trunk|upper body) )?"
        r"(?=from (?:one )?side to (?:side|the other))",
        "sways the upper body slowly ",
    ),
    Phrase(
        "goes up for a layup",
        "layup",
        r"\b(?:go|goes|going|rises?|rising|leaps?|leaping|jumps?|jumping) up for (?:an?|the) "
        r"(?=(?:layup|lay-up|dunk|slam dunk|header|spike|jump shot|shot|rebound|smash)\b)",
        "",
    ),
    Phrase(
        "sets a vase on the shelf",
        "puts a box on a high shelf",
        r"\b(?:put|set|plac|stow|stor|stack)(?:s|es|e|ting|ing)? (?:(?:it|them|this)|(?:the|an?|his|her|some)"
        r" (?:[\w-]+ ){1,3}?)(?: ?back)? ?"
        r"(?:up )?(?:on|onto) (?:the|an?) (?:(?:top|high|upper|tall) )*shelf\b",
        "puts a box on a high shelf",
    ),
    Phrase(
        "hops over something low",
        "jumps over a low wall",
        r"\b(?:hop|skip)(?:s|ping)? over (?:something|it|them)\b(?: (?:low|small|little))?",
        "jumps over a low wall",
    ),
    Phrase(
        "a backstep",
        "steps back",
        r"\b(?:(?:do(?:es)?|mak(?:es)?|tak(?:es)?) )?(?:an? )?(?:quick"
        r" )?back-?step(?:s|ping)?\b",
        "steps back",
    ),
    Phrase(
        "hops over a low wall",
        "jumps over a low wall",
        r"\b(?:hop(?:s|ping)? over|vault(?:s|ing)?(?: over)?) (?=(?:an?|the|some) (?!kneeling)\w)",
        "jumps over ",
    ),
    Phrase(
        "crosses the road",
        "walks across the road",
        r"\bcross(?:es|ing)? (?=(?:the|a|an) (?:road|street|room|bridge|field|square|river|stage|yard|hall)\b)",
        "walks across ",
    ),
    Phrase(
        "comes in",
        "walks in",
        r"\bcom(?:es|e|ing) (?=(?:in|into|out|over|along|by|near|nearer|closer|towards?)\b)",
        "walks ",
    ),
    Phrase(
        "is being pushed",
        "gets pushed",
        r"\b(?:is|are|was|were)(?: being)? (?=(?:pushed|shoved|knocked|kicked|punched|hit|struck|slapped)\b)",
        "gets ",
    ),
    Phrase(
        "drags the left leg behind",
        "limps with the left leg",
        r"\bdrag(?:s|ging)? (?:(?:his|her|their|the|one|a) )*((?:left |right )?(?:foot|leg))\b"
        r"(?: behind\b(?: (?:him|her|them|it)(?:self|selves)?\b)?)?",
        r"limps with the \1",
    ),
    Phrase(
        "jumps on the left foot",
        "hops on the left foot",
        r"\b(?:jump|leap|bounc|skip)(?:s|es|ing|e)?\b"
        r"(?= (?:[\w-]+ )*?on (?:(?:his|her|their|the|a) )?(?:left|right|one) (?:foot|leg)\b)",
        "hops",
    ),
    Phrase(
        "holds up the right hand",
        "raises the right hand",
        r"\bhold(?:s|ing)? up (?=(?:the|his|her|their|one|a) (?:left |right )?(?:hand|arm)\b)",
        "raises ",
    ),
    Phrase(
        "walks off",
        "walks",
        r"^((?:[\w-]+ )*?(?:walk|stroll|march|strid|wander)(?:s|es|ing|e)?) (?:off|away)$",
        r"\1",
    ),
    Phrase(
        "walks through",
        "walks",
        r"^((?:[\w-]+ )*?(?:walk|run|jog|march|stroll|sprint|step|hurr|rush|go|skip|gallop|crawl|limp|sneak)"
        r"(?:s|ies|ying|e|es|ing|ning|ging)?)"
        r" (?:through|past|by|along|across|over|on|in|inside|outside)$",
        r"\1",
    ),
)
"""Phrases that are replaced after that."""
