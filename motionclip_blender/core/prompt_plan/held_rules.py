"""Lists the words that name what hands hold, or how high they are held, and what the body is held like: on guard."""

from __future__ import annotations

import re
from dataclasses import replace

from .gesture import LEANS, LEGS, LOOKS, Gesture
from .gesture_rule import BOTH, HAND, SELF, THE, WITH_HAND, Rule, by_both, held, put

_CHIN_UP = (0.0, -8.0, 0.0)  # how the head turns at attention, see `Gesture.looks`
_HIGH = rf"(?:overhead|(?:high )?(?:above|over) {THE}heads?|(?:high |up )*(?:in|into|to) the air|aloft)"
_NO_THING = (
    r"(?!(?:hands?|arms?|palms?|fists?|elbows?|legs?|foot|feet|knees?|heels?|toes|fingers?|thumbs?|shoulders?|head|chin|"
    r"shirt|sweater|jumper|pullover|high|up|straight|left|right)\b)"
)
_ONE_HAND = re.compile(r"\bwith (?:only )?(?:one|a|his|her|their|the) (?:hand|arm)\b")
_GUARD = (
    r"(?:(?:fighting|boxing|boxer's|boxer|defensive|high|tight|full|combat|karate) )*guard(?: position| stance| again)?"
)
_STRIKES = (  # in which the arms are needed, or what is no guard of fists
    r"\b(?:punch|box(?:es|ing)|jab|hook|uppercut|block|parr|strik|elbow|sword|shield|spear|bayonet|basketball)|"
    r"\bthrows? (?:a|the) cross\b"
)
_GAITS = (
    r"\b(?:walk|hobbl|limp|stroll|go(?:es)? |shuffl|step|stand|wait|run|jog|patrol|march|sneak|mov|advanc|pac|wander)"
)
_RIFLE = r"(?:(?:assault|hunting|sniper|heavy) )?(?:rifle|shotgun|musket|machine gun|carbine)"
_WAITS_ON = re.compile(r"\b(?:waiter|waitress|butler|servant|barmaid|steward)")
_CANE = r"(?:walking )?(?:cane|stick|crutch|staff)"
_HEIGHTS = {
    "waist": "waist high", "hip": "waist high", "belly": "waist high", "chest": "chest high", "breast": "chest high",
    "shoulder": "ahead", "head": "head high", "eye": "head high", "face": "head high", "ear": "head high",
    "chin": "chest high",
}  # fmt: skip


def _high(match: re.Match[str]) -> Gesture:
    """Returns the gesture of hands at a height: at the shoulders, arms are out to the sides, and hands ahead."""
    arms = match["hand"].startswith("arm") and match["height"] == "shoulder"
    return held("aside" if arms else _HEIGHTS[match["height"]])(match)


def _overhead(match: re.Match[str]) -> Gesture:
    """Returns the gesture of both hands with a thing over the head, or of the one that is named."""
    side = match["with"] or ("right" if _ONE_HAND.search(match.string) else "")
    return put("overhead", (side,) if side else BOTH, "presses" if match["verb"] == "press" else "")


def _fists(match: re.Match[str]) -> Gesture:
    """Returns the gesture of a fist, or of both, that is raised, or goes up and down there."""
    sides = (match["side"],) if match["side"] else BOTH if match["fist"].endswith("s") else ("right",)
    return put("up", sides, "pumps" if match["verb"] in ("pump", "shak") else "")


def _on_cane(match: re.Match[str]) -> Gesture:
    hand = put("cane", (match["with"] or "right",))
    return Gesture(LEANS, place="ahead", also=hand) if match["leans"] else replace(hand, moves="strides")


HELD_RULES = (
    Rule(
        "stands in guard",
        rf"(?:\b(?:stand|stay|remain|wait|go|get|return|com|fall|drop)(?:es|s|e|ing|ting|ping)? (?:back )?)?"
        rf"(?:\b(?:with )?{THE}(?:hands|fists|arms) (?:(?:up|held|raised|high|kept|stay) )*)?"
        rf"\b(?:in|into|on|to) {THE}{_GUARD}(?=$|,|;| and| with| while)|"
        rf"\b(?:(?:keep|hold|bring|put|get|rais|lift|tak)(?:es|s|e|ing|ting)? |with )?{THE}(?:(?<!a )(?<!the )(?<!an )|"
        rf"(?<=the ))guard (?:(?:stays?|kept|held|is|raised|always|still|held|remains?|back) )*(?:up|high|raised)\b|"
        rf"\b(?:rais|lift|keep|hold)(?:es|s|e|ing)? {THE}(?:guard)\b(?: up| high)?",
        by_both("guard"),
        unless=_STRIKES,
    ),
    Rule(
        "stands at attention",
        r"\b(?:(?:stand|snap|com|spring|wait|stay|remain|jump)(?:s|es|e|ing|ping)? )?"
        r"(?:(?:straight|stiffly|up|still) )*(?:at|to) (?:full |military )?attention\b",
        lambda _: Gesture(
            LEGS,
            sides=BOTH,
            moves="together",
            stays=True,
            also=replace(put("hanging", BOTH), also=Gesture(LOOKS, (_CHIN_UP,), stays=True)),
        ),
    ),
    Rule(
        "raises the left hand to shoulder height",
        rf"\b(?:(?:rais|lift|hold|bring|put|stretch|extend|lower)(?:es|s|e|ing|ting)? |with ){HAND}"
        rf"(?: (?:up|out|straight|raised|held|lifted|forwards?))* (?:up )?(?:to|at|until) {THE}"
        rf"(?P<height>waist|hip|belly|chest|breast|shoulder|head|eye|face|ear|chin)(?:'s)?[- ](?:height|level)\b",
        _high,
    ),
    Rule(
        "lifts a barbell overhead",
        rf"\b(?P<verb>lift|rais|hold|press|push|hoist|heav|thrust|carr|shov|bring|tak|hold)(?:es|s|e|y|ies|ing|ying)?"
        rf" (?:up )?{THE}(?:it|them|(?:{_NO_THING}[\w-]+ ){{0,2}}?{_NO_THING}[\w-]+)(?: (?:up|high|straight))*"
        rf" {_HIGH}(?: with {THE}(?:both |outstretched |straight )?(?:hands|arms))?{WITH_HAND}",
        _overhead,
        unless=r"\b(?:sword|axe|katana|hammer|pickaxe|bat|racket|club|spear|sledgehammer|leg|legs)\b",
    ),
    Rule(
        "with the arms curved above the head",
        rf"\bwith {THE}(?:arms|hands) (?:(?:curved|rounded|held|stretched|joined|together|arched|high|straight) )+"
        rf"{_HIGH}",
        by_both("up"),
    ),
    Rule(
        "lifts the left hand above the head",
        rf"\b(?:rais|lift|stretch|hold|put|extend|throw|thrust)(?:es|s|e|ting|ing)? (?:up |out )?{THE}"
        rf"(?:(?P<side>left|right) )?(?P<hand>hand|arm)(?: (?:up|high|straight))*"
        rf" (?:{_HIGH}|straight up|up high|high up)",
        held("up"),
    ),
    Rule(
        "waves with the left arm held high",
        rf"\bwav(?:es|e|ing)\b(?: (?:hello|goodbye))? (?:with )?{THE}(?:(?P<side>left|right) )?(?P<hand>hands?|arms?)"
        rf" (?:(?:held|raised|stretched|up|lifted|is) )*(?:high\b(?: up)?|{_HIGH})",
        lambda match: replace(held("up")(match), moves="waves"),
    ),
    Rule(
        "raises a fist",
        rf"\b(?P<verb>rais|lift|punch|thrust|pump|shak|throw|put|hold)(?:es|s|e|ing|ting)? (?:up )?{THE}"
        rf"(?:(?P<side>left|right) )?(?:clenched )?(?P<fist>fists?)\b(?: (?:up|high|{_HIGH}))*"
        r"(?: (?:at the end|in (?:triumph|joy|victory|anger|celebration|protest)|triumphantly|angrily))*",
        _fists,
        unless=r"\bin front of\b|\bguard\b",
    ),
    Rule(
        "dances with a partner in closed hold",
        rf"(?:(?<=waltz)|(?<=foxtrot)|(?<=tango)|(?<=ballroom dance))(?: with {THE}(?:[\w-]+ )?partner)?$|"
        rf"\bin (?:closed|ballroom|dance) hold\b|\bholding {THE}(?:[\w-]+ )?(?:dance )?partner\b",
        lambda _: replace(put("partner", ("left",)), also=put("partner's back", ("right",))),
        unless=r"^(?!.*\bdanc)",
    ),
    Rule(
        "carries a tray on one hand",
        rf"\b(?P<verb>carr|hold|balanc|serv|with)(?:y|ies|s|es|ying|ing|e)? {THE}(?:[\w-]+ )?(?:tray|platter)\b"
        rf"(?: of [\w-]+)?(?: (?:on|in|with|upon) {THE}(?:(?P<with>left|right) )?(?:raised |flat |open )?"
        rf"(?:hand|palm|fingertips|arm)\b)",
        held("tray"),
    ),
    Rule(
        "carries a tray",
        rf"\b(?:carr|hold|balanc|serv|with)(?:y|ies|s|es|ying|ing|e)? {THE}(?:[\w-]+ )?(?:tray|platter)\b"
        rf"(?: (?:of|full of) [\w-]+)?(?: (?:with|in) {THE}hands)?",
        lambda match: put("tray", ("right",)) if _WAITS_ON.search(match.string) else put("keyboard", BOTH),
    ),
    Rule(
        "carries a basket on her head",
        rf"\b(?:carr|balanc|hold|bear|with)(?:y|ies|s|es|ying|ing|e)? {THE}(?:[\w-]+ ){{1,2}}?on (?:top of )?"
        rf"{THE}head\b{WITH_HAND}",
        lambda match: put("head", (match["with"] or "right",)),
        unless=r"\b(?:hands?|arms?|hat|cap)\b",
    ),
    Rule(
        "walks with a rifle in both hands",
        rf"\b(?:(?:with|holding|carrying|clutching|gripping|holds?|carr(?:y|ies)) )?{THE}{_RIFLE}\b"
        rf"(?: (?:held|ready|low|at the ready|across {THE}(?:chest|body)|in {THE}(?:hands|arms)|with {THE}hands))+",
        lambda _: replace(put("rifle barrel", ("left",)), also=put("rifle grip", ("right",))),
        unless=r"\b(?:shoot|fir|aim|reload|kneel|prone|crawl)",
    ),
    Rule(
        "marches with a rifle on the shoulder",
        rf"\b(?:(?:with|holding|carrying|holds?|carr(?:y|ies)) )?{THE}{_RIFLE} (?:resting )?(?:on|over|against|at)"
        rf" {THE}(?:(?P<own>left|right) )?shoulder\b",
        held("rifle butt"),
        unless=r"\b(?:shoot|fir|aim|reload|kneel|prone|crawl)",
    ),
    Rule(
        "sneaks with a pistol in both hands",
        rf"\b(?:with|holding|carrying|clutching|gripping) {THE}(?:gun|pistol|handgun|revolver|torch|flashlight|weapon)"
        rf" (?:(?:held|raised|ready) )*(?:in|with) (?:(?:both|his|her|their|two) )+hands\b",
        by_both("pistol"),
        unless=rf"\b(?:shoot|fir|reload|kneel|prone|crawl)|^(?!.*{_GAITS})",
    ),
    Rule(
        "patrols holding a rifle",
        rf"\b(?:with|holding|carrying|clutching|gripping) {THE}{_RIFLE}\b(?! (?:on|over|in one|aimed|pointed))",
        lambda _: replace(put("rifle barrel", ("left",)), also=put("rifle grip", ("right",))),
        unless=rf"\b(?:shoot|fir|aim|reload|kneel|prone|crawl)|^(?!.*{_GAITS})",
    ),
    Rule(
        "walks with crutches",
        r"\b(?:with|on|using) (?:(?:a pair of|two|the|his|her|both) )*crutches\b",
        by_both("cane"),
    ),
    Rule(
        "leans on a cane",
        rf"\b(?:(?P<leans>lean|rest)(?:s|ing)? (?:heavily )?(?:on|upon)|with|using|supported by|"
        rf"supporting {SELF} (?:on|with)) {THE}{_CANE}\b(?! (?:in|over|on)){WITH_HAND}",
        _on_cane,
        unless=rf"\b(?:hit|strik|fight|swing|danc|spin|ski)|^(?!.*(?:{_GAITS}|\blean|\brest))",
    ),
    Rule(
        "blows a kiss",
        rf"\bblow(?:s|ing)? (?:(?:a|the|some|two|three) )?kiss(?:es)?\b"
        rf"(?: (?:to|at) [\w ]+?(?=$|,| and| with))?{WITH_HAND}",
        lambda match: put("mouth", (match["with"] or "right",), "blows"),
    ),
)
"""All of them; of several that match the first one counts."""
