"""Says what spans several steps of a prompt in words that can be split into steps."""

from __future__ import annotations

import re

from .grammar import begins, grammar, is_action, number_of, verb_of
from .manner_words import named
from .phrase import Phrase

_ENTERS = (
    "go", "get", "move", "fall", "land", "drop", "lower", "step", "sink", "settle", "break", "crouch", "bend", "squat",
)  # fmt: skip
_GRABS = re.compile(r"^grab(?:s|bing)?\b", re.IGNORECASE)
_LIES_THERE = re.compile(r"\b(?:from|off|on|onto|out of|under|in|beside|shelf|foot|feet|leg|legs|knees?)\b", re.I)
_ENDS = r"(?=$|[,.;]| and\b| then\b)"  # of a clause
_LABEL_WORDS = 5  # of what a prompt says before a colon, at most
_LOOKS_TO = r"up|down|left|right"
_LEG = r"(?:one|an?|the|his|her|its) (?:(?:left|right|other) )?(?:leg|foot)"
_LAME_LEG = (
    r"(?:one|an?|the|his|her|its) (?:dead|lame|stiff|bad|gammy|injured|hurt|wounded|broken|sprained|wooden|useless) "
    r"(?:leg|foot|ankle|knee)"
)
_MAY_TURN = ("turn", "spin", "danc", "kick", "pivot", "lean", "bend")
_SLASHES = "horizontal slash, then thrusts a sword forward, then slashes with a sword"
_KICKS = "front kick, then roundhouse kick, then side kick"
_COMBO_OF = (
    r"(?<!light )(?<!punch )(?<!and )\b(?:(?:perform|do|execut|deliver|unleash)(?:s|es|e|ing)? )?(?:an? |the )?"
    r"(?:(?:quick|fast|deadly|heavy|three|3)[- ](?:hit[- ]|strike )?)*"
)


def _then(into: re.Match[str]) -> str:
    leads, act = into["leads"].lower(), into["act"].lower()
    acts = is_action(leads) and is_action(act) and not verb_of(leads, _ENTERS)
    return f"{into['leads']}, then {into['act']}" if acts else into[0]


def _after_doing(match: re.Match[str]) -> str:
    """Returns three steps for "walks and after sitting down waves"; the match itself if nothing follows."""
    words = match["rest"].split(" ")
    for i in range(1, len(words)):
        if (
            words[i].endswith("s")
            and is_action(words[i])
            and words[i - 1] not in ("the", "a", "an", "his", "her", "their")
        ):
            return f", then {' '.join(words[:i])}, then {' '.join(words[i:])}"
    return match[0]


def _picked_from_the_floor(match: re.Match[str]) -> str:
    """Returns "picks up a coin from the floor" for "bends down and picks up a coin"; a place that is said stays, and so
    does a hand on a part of the body."""
    if any(word in grammar()["body"] for word in match["what"].lower().split()):  # "grabs his ankle"
        return match[0]
    said = _GRABS.sub("picks up", f"{match['picks']}{match['what']}")
    plain = not match["what"].strip() or _LIES_THERE.search(said) or said.lower().startswith("t")
    return said if plain else f"{said} from the floor"


def _drops_to_who(label: str) -> str:
    """Returns who is told of before a colon, if how they are is told, too: "a weary king" of "show me a weary king"."""
    who = re.search(r"\ban? (?:[\w-]+ ){0,3}?[\w-]+(?= (?:for|in|on|at|of) | \w+s\b|$)", label, re.IGNORECASE)
    return f"{who[0]}, " if who and any(word.lower() in named() for word in who[0].split()) else ""


def _looking_inward(match: re.Match[str]) -> str:
    """Returns the circle with the head turned to its inside."""
    right = re.search(
        r"(?<!counter)(?<!anti)(?<!counter[- ])(?<!anti[- ])\bclockwise\b|\bright\b", match.string, re.IGNORECASE
    )
    return f"{match['circle']}, keeping the head turned to the {'right' if right else 'left'}"


def _without_label(match: re.Match[str]) -> str:
    """Returns a prompt without what it calls itself, "light combo: left jab", if the rest says what is done; but with
    who does it, "a tired boxer: he jabs"."""
    label, rest = match["label"], match["rest"]
    words = [word.lower() for word in re.findall(r"[A-Za-z-]+", rest.split(",")[0])]
    if not any(map(is_action, words)) or len(label.split()) > _LABEL_WORDS:
        return match[0]
    return rest


def _by_turns_of_looks(look: re.Match[str]) -> str:
    ways = [look["one"], *re.findall(_LOOKS_TO, look["more"])]
    return ", then ".join(f"{look['looks']} {way}" for way in ways)


def _then_turns(match: re.Match[str]) -> str:
    """Returns "salutes, then turns around" for "salutes and turns around"; who goes or jumps may turn meanwhile."""
    does = match["does"].lower()
    meanwhile = not is_action(does) or begins(does, [*grammar()["moves"], *_MAY_TURN])
    return match[0] if meanwhile else f"{does}{match['rest']}, then turns {match['way']}"


SPANNING = (
    Phrase(  # whoever swings a leg stands on the other one
        "standing on the left leg, swing the right leg",
        "swing the right leg",
        r"\b(?:while )?(?:standing|balancing) on (?:the|his|her|your) (?P<on>left|right) (?:leg|foot),? "
        r"(?=(?:[\w-]+ ){1,3}?(?:(?:the|his|her|your) )?(?!(?P=on))(?:left|right) (?:leg|foot|knee)\b)",
        "",
    ),
    Phrase(
        "spins around two full times",
        "spins around two times",
        r"\b((?:spin|twirl|whirl)(?:s|ning|ing)?(?: a?round)?) (two|three|four|five|six|\d+) "
        r"(?:full|complete|whole|entire) times\b",
        r"\1 \2 times",
    ),
    Phrase(
        "salutes and turns around",
        "salutes, then turns around",
        r"\b(?P<does>[a-z]+s)\b(?P<rest>[^,;.]*?) and turns (?P<way>around|about|round)(?=$|[,;.]| and\b| then\b)",
        _then_turns,
    ),
    Phrase(
        "walks to the door, knocks and walks back",
        "walks to the door, knocks, then turns around, then walks",
        r"(?P<there>\b(?:walk|go|run|jog|step|head|stroll|march|sprint|rush)(?:s|es)? "
        r"(?:(?:over|up|across|slowly|quickly) )*"
        r"(?:to|towards?) (?:the|an?|his|her) (?!left\b|right\b|side\b)(?:(?!\bturn)[^;.])*?)"
        r"(?P<and>,? and(?: then)?|,? then|,) (?:(?:he|she|they) )?(?P<goes>walks|goes|runs|jogs|strolls|marches|heads)"
        r" back(?= again\b|$|[.,;])(?: again\b)?",
        lambda back: f"{back['there']}, then turns around, then {back['goes']}",
    ),
    Phrase("shadow boxes", "does shadow boxing", r"\bshadow[- ]?box(?:es)?\b", "does shadow boxing"),
    Phrase(
        "the character is a tired worker: he trudges in",
        "a tired worker trudges in",
        r"^(?:the|this|my) (?:character|person|man|woman|figure|avatar) is (?P<who>an? [^:,.]{1,60}): (?:he|she|"
        r"they|it) ",
        r"\g<who> ",
    ),
    Phrase(
        "light combo: left jab",
        "left jab",
        r"^(?P<label>[^:,.]{1,40}): (?P<rest>(?!he\b|she\b|they\b|it\b).+)$",
        _without_label,
    ),
    Phrase(
        "death animation, falls to the knees",
        "falls to the knees",
        r"^(?P<label>(?:[\w-]+ ){1,3}(?:animation|anim|loop|cycle|sequence|clip|cutscene)), (?P<rest>.+)$",
        _without_label,
    ),
    Phrase(
        "finishes shaking out the arms",
        "shaking out the arms",
        r"\b(?:finish|end|conclud)(?:es|s)? (?:off |up )?(?:by )?(?=(?!standing|sitting|lying|kneeling|"
        r"up\b)\w{3,}ing\b)",
        "",
    ),
    Phrase(
        "laughs so hard that she bends over",
        "laughs, then bends over",
        r" so (?:hard|much|loud(?:ly)?|fast|badly|violently)(?: that)? (?:he|she|they|it) (?=\w+s\b)",
        ", then ",
    ),
    Phrase("about face", "about-face", r"\b(about|right-about) (?=(?:face|turn)s?\b)", r"\1-"),
    Phrase(
        "jumps and spins 180 in the air",
        "jumps with a 180 degree turn in the air",
        r"\b(?P<jumps>(?:jump|leap|hop)(?:s|ing|ping)?),?(?: and(?: then)?| while|,) (?:spin|turn|rotat|"
        r"twist)(?:s|es|e|ing|ning)?"
        r" (?:around )?(?P<by>\d+|a half|a full)(?: degrees?)?(?: turn)?(?: (?:to the )?(?P<way>left|"
        r"right))?(?: around)?"
        r" in (?:the |mid[- ]?)air\b",
        lambda jump: (
            f"{jump['jumps']} with {'a ' + jump['by'] + ' degree' if jump['by'].isdigit() else jump['by']} turn"
            f"{' to the ' + jump['way'] if jump['way'] else ''} in the air"
        ),
    ),
    Phrase(
        "falls to the knees, then face down",
        "drops to the knees and falls on the face",
        r"\b(?:fall|drop|sink|collaps)(?:s|es|ing|ping)? (?:down )?(?:to|on|onto) (?:(?:the|his|her|their|both)"
        r" )?knees,?"
        r"(?: and)?(?: then)? (?:(?:fall|drop|collaps|topple|crash)(?:s|es|ing)? )?(?:forward |flat )?(?:face"
        r" (?:down|first)|"
        r"(?:down )?on(?:to)? (?:the|his|her|their) face)(?: on(?:to)? the (?:floor|ground))?",
        "drops to the knees and falls on the face",
    ),
    Phrase(
        "cries on her knees",
        "kneels down and cries",
        r"\b(?P<does>(?:cr|weep|sob|beg|plead|pant|wav|clap|scream|shout)(?:ies|ying|s|ing|e|es|bing|ging|ping)?)"
        r" (?:while )?(?:kneeling|on (?:the|his|her|their|there|both) knees)\b",
        r"kneels down and \g<does>",
    ),
    Phrase(
        "knocks and walks away",
        "knocks and turns around and walks away",
        r"(?P<at>\b(?:knock(?:s|ing)?|ring(?:s|ing)?)\b.*?(?:,|\band\b|\bthen\b)(?: and)?(?: then)? (?:(?:he|"
        r"she|they) )?)(?=(?:walk|run|stroll|jog)"
        r"(?:s|ing|ning)? (?:away|off)\b)",
        r"\g<at>turns around and ",
    ),
    Phrase(
        "hangs up and leaves",
        "puts down the phone and leaves",
        r"\bhang(?:s|ing)? up(?: the (?:(?:tele)?phone|call|receiver))?(?: \w+ly)?" + _ENDS,
        "puts down the phone",
    ),
    Phrase(
        "shifts the weight from side to side",
        "shifts from foot to foot",
        r"\bshift(?:s|ing)? (?:(?:the|his|her|their) )?weight (?:on)?to (?:one|the other|(?:the|his|her|their)"
        r" (?:left|right)) (?:hip|leg|foot|side)\b|"
        r"\b(?:shift(?:s|ing)? (?:(?:the|his|her|their) )?weight|weight shift(?:s|ing)?)(?: \w+ly| a little| gently)? "
        r"(?:from (?:(?:the )?left (?:foot |leg )?to (?:the )?right(?: foot| leg)?|side to side|foot to foot|"
        r"leg to leg|one (?:foot|leg|side) to the other)|"
        r"side to side|back and forth)",
        "shifts from foot to foot",
    ),
    Phrase(
        "drops to the floor, rolls up to standing",
        "drops to the floor, stands up",
        r"\b(?:roll|com|ris|uncurl)(?:s|es|ing|e)?(?: (?:back|slowly))* up (?:in)?to (?:an? )?(?:standing|"
        r"stand)(?: position)?\b",
        "stands up",
    ),
    Phrase(
        "wakes up, stretches and gets up",
        "lies on the back, stretches and gets up",
        r"\bwak(?:es|ing|e) up(?: (?:slowly|in (?:the |his |her )?bed|in the morning))*"
        r"(?:(?: and is| while)? lying(?P<on> on (?:the|his|her|their) \w+)|"
        r"(?=,? .*\b(?:(?:get|stand|sit)(?:s|ting|ing)? (?:\w+ )?(?:up|out of)|swing(?:s|ing)? "
        r"(?:the|his|her|their|both) (?:legs|feet))\b))",
        lambda wakes: f"lies{wakes['on'] or ' on the back'}",
    ),
    Phrase(
        "swings the legs over the edge of the bed",
        "sits on a bench",
        r"\bswing(?:s|ing)? (?:(?:the|his|her|their|both|your) )+(?:legs|feet) (?:over|off|out of|around)\b"
        r"(?: (?:of )?(?:(?:the|to|edge|side|of|bed|couch|sofa|floor|cot|bunk) ?)+)?(?<! )",
        "sits on a bench",
    ),
    Phrase(
        "goes through and closes the door behind her",
        "goes through, then turns around, then closes the door",
        r"(?:,? and(?: then)? |,? then |, )?"
        r"\b(?P<closes>(?:clos|shut|pull|slam|lock)(?:s|es|e|ing|ting|ming)? (?:it|(?:the|a) (?:door|gate))"
        r"(?: shut| closed)?) behind (?:him|her|them|it)(?:sel(?:f|ves))?\b",
        lambda door: f"{', then ' if door.start() else ''}turns around, then {door['closes']}",
    ),
    Phrase(
        "picks up the phone and talks",
        "answers the phone and talks",
        r"\bpick(?:s|ing)? up (?P<phone>(?:the|his|her|a) (?:tele|cell )?phone)\b(?=.*\b(?:talk|speak|listen|chat|"
        r"hang|call|pac|say|shout|puts down))",
        r"answers \g<phone>",
    ),
    Phrase(
        "grabs a box, carries it a few steps and sets it down",
        "picks up and relocates an object",
        r"(?:\b(?:squat|crouch|bend|kneel|stoop)(?:s|es|ing)?(?: (?:low|down|over|deep))*,? (?:and )?(?:then )?)?"
        r"\b(?:grab|lift|pick|tak|hoist)(?:s|es|e|ing|bing)? (?:up )?(?P<what>something(?: \w+)?|(?:an?|the|some) "
        r"(?:[\w-]+ ){0,2}?[\w-]+)(?: up| off the (?:floor|ground)| from the (?:floor|ground))?"
        r"(?:,? and(?: then)? |, (?:then )?|,? then )(?:he |she |they )?"
        r"(?:carr(?:ies|y|ying) (?:it|them)|walk(?:s|ing)? (?:\w+ )?with (?:it|them))"
        r"(?: (?!(?:and|then|before|\d+|three|four|five|six|seven|eight|nine|ten)\b)[\w-]+){0,5}?"
        r"(?:,? (?:and|before)(?: then)? |, (?:then )?|,? then )(?:he |she |they )?"
        r"(?:set|put|plac|lower|drop|lay)(?:s|ting|es|e|ing|ping)? (?:it|them) (?:back )?"
        r"(?:down|on the (?:floor|ground))(?: again)?",
        "picks up and relocates an object",
    ),
    Phrase(
        "zombie shambling with one dead leg",
        "zombie limps with a stiff leg while walking like a zombie",
        r"\b(?P<who>zombie|ghoul|undead|mummy)\b(?P<is> is)? \w+(?:s|ing)\b(?: (?:along|forwards?|ahead|slowly))*"
        rf",? (?:with {_LAME_LEG}|dragging (?:behind )?{_LEG}|with a limp)(?: behind(?: (?:it|him|her))?)?(?=$|[,.;])",
        r"\g<who> limps with a stiff leg while walking like a zombie",
    ),
    Phrase(
        "shuffles along with an injured leg",
        "limps with a stiff leg",
        rf"\b(?:walk|shuffl|shambl|stagger|hobbl|mov|go|stumbl)(?:s|es|ing)(?: (?:along|forwards?|ahead|slowly))*"
        rf" with {_LAME_LEG}(?=$|[,.;])",
        "limps with a stiff leg",
    ),
    Phrase(
        "jumps up and grabs the bar",
        "springs up with both hands to catch hold of something",
        r"\b(?:jump|leap|spring|hop)(?:s|ing)?(?: up)?(?: and|,| to) (?:grab|catch|reach)(?:s|es|ing|bing)?"
        r"(?: hold of| for)? (?:the|an?) (?:[\w-]+ )?(?:bar|ledge|branch|rope|edge|beam|rail|ring)\b",
        "springs up with both hands to catch hold of something",
    ),
    Phrase(
        "performs a quick sword combo",
        _SLASHES,
        rf"{_COMBO_OF}(?:sword|blade|katana|melee|slash(?:es|ing)?|attacks?)(?:[- ](?:slash|attack|strike|swing))*"
        r"[- ]combo(?:s|\d+)?(?: attack)?(?: of \w+ (?:hits|slashes|strikes|attacks))?(?![\w-])",
        _SLASHES,
    ),
    Phrase(
        "a kick combo",
        _KICKS,
        rf"{_COMBO_OF}kick(?:s|ing)?[- ]combo(?:s|\d+)?(?: attack)?(?: of \w+ (?:hits|kicks|strikes))?(?![\w-])",
        _KICKS,
    ),
    Phrase(
        "lies down on the bed and stretches",
        "lies down on the back and stretches",
        r"\b(?P<lies>lies?|lays?|lying)(?: down)?"
        r"(?: on (?:the|an?|his|her) (?:floor|ground|bed|couch|sofa|grass|mat|mattress))?"
        r"(?=(?:,| and)(?: then)? (?:(?:stretch|yawn|wav|rais|reach|point|clap|cough|laugh|talk)(?:s|es|e|ing)?\b|"
        r"(?:do|perform)(?:es|s|ing)? (?:[\w-]+ ){0,3}?(?:sit[- ]?ups?|crunch(?:es)?)\b))",
        r"\g<lies> down on the back",
    ),
    Phrase(
        "walks in a clockwise circle, looking inward",
        "walks in a clockwise circle, keeping the head turned to the right",
        r"(?P<circle>\b(?:circles?|clockwise)\b[^.;]*?),?(?: while| always)? (?:looking|gazing|staring) "
        r"(?:inwards?|(?:in)?to(?:wards?)? the (?:cent(?:er|re)|middle|inside))\b",
        _looking_inward,
    ),
    Phrase("because it is cold, he shivers", "he shivers", r"^because [^,;.]*, ", ""),
    Phrase("looks back because he heard something", "looks back", r",? because\b[^,;.]*", ""),
    Phrase(
        "walks in a square and ends up where he began",
        "walks in a square",
        r"(?P<closed>\b(?:square|rectangle|triangle|circle|figure[- ](?:eight|8)|loop)\b[^;.]*?)(?:,? and(?:"
        r" then)?|,) "
        r"(?:end|return|com|gett?)(?:s|es|ing)? (?:up )?(?:back )?(?:(?:at|to) )?"
        r"(?:where (?:he|she|they|it|you) (?:began|started)|the (?:start(?:ing)?(?: point)?|beginning))\b[^,;.]*",
        r"\g<closed>",
    ),
    Phrase(
        "for the picture book: he walks",
        "he walks",
        r"^(?:for|scene|shot|note|cut|camera|prompt|animation|"
        r"title)\b[^:,]{0,40}: ",
        "",
    ),
    Phrase(
        "clutches his stomach and rocks from side to side",
        "rocks from side to side with both hands on the stomach",
        r"\b(?:hold|clutch|grasp|grip|cradl)(?:s|es|e|ing)? (?:the|his|her|their) (stomach|belly|head|chest) and "
        r"((?:rock|sway|walk|stumbl|stagger|limp|hobbl|kneel|sink|double|groan|moan)(?:s|es|e|ing)?\b.*)$",
        r"\2 with both hands on the \1",
    ),
    Phrase(
        "speaks, moving his hands as he talks",
        "speaks",
        r"(?:,? while (?:moving|using)|, (?:moving|using)|(?<!\bis) using) "
        r"(?:(?:the|his|her|their|both) )+(?:hands|arms)(?: around| about| a lot)?"
        r"(?:,? (?:as|while) (?:(?:he|she|they) )?(?:talk|speak|explain)(?:s|ing)?)?" + _ENDS,
        "",
    ),
    Phrase(
        "prays on her knees",
        "kneels down and prays",
        r"\bpray(?:s|ing)?(?: quietly| silently)? (?:(?:while )?kneeling|on (?:the|his|her|their|both) knees)\b",
        "kneels down and prays",
    ),
    Phrase(
        "give me a grieving mother: she sobs",
        "a grieving mother, she sobs",
        r"^(?P<label>[^:.]{1,60}): (?=(?:he|she|they|it)\b)",
        lambda who: f"{_drops_to_who(who['label'])}",
    ),
    Phrase(
        "throws himself to the ground",
        "drops to the ground face down",
        r"\b(?:throw|fling|hurl|cast|div)(?:s|es|e|ing)? (?:(?:him|her|it|them)sel(?:f|ves) )?(?:down )?(?:to|"
        r"on|onto|into|at) the (?:ground|floor|dirt|mud)\b(?: for cover)?",
        "drops to the ground face down",
    ),
    Phrase(
        "hops from foot to foot",
        "hops on one foot, then on the other",
        r"\bhop(?:s|ping)? from (?:one )?foot to (?:foot|the other)\b",
        "hops on one foot, then on the other",
    ),
    Phrase(
        "jumps down from a ledge",
        "jumps down",
        r"\b(?P<jumps>(?:jump|leap|hop|drop)(?:s|ing|ping)?) down (?:from|off)(?: of)? (?:an?|the|his|her)"
        r" (?:[\w-]+ )?[\w-]+\b",
        r"\g<jumps> down",
    ),
    Phrase(
        "lowers into a deep lunge until the knee touches the ground",
        "lunges",
        r"\b(?:lower|sink|drop|step|go|mov)(?:s|es|ping|ing|e)?(?: (?:him|her|it|them)sel(?:f|ves))?(?: (?:down|"
        r"forward))* (?:in)?to an? (?:deep |low |wide |forward )*lunge\b"
        r"(?: until [^,;.]*)?",
        "lunges",
    ),
    Phrase(
        "touches the left knee with the right elbow",
        "lifts the left knee high and bends the elbow down to it",
        r"\btouch(?:es|ing)? (?:the |his |her |your )?(?P<side>left|right) knee with (?:the |his |her |your"
        r" )?(?:left|right) elbow\b",
        r"lifts the \g<side> knee high and bends the elbow down to it",
    ),
    Phrase(
        "nervous pacing",
        "nervous pacing back and forth",
        r"\bpacing\b(?! (?:back|up|to and|around|about|in|the|forwards?|along|across|away)\b)(?: like [^,;.]*|"
        r" as (?:if|though) [^,;.]*)?",
        "pacing back and forth",
    ),
    Phrase(
        "kicks twice with the right leg and once with the left",
        "kicks twice with the right leg, then kicks once with the left leg",
        r"\b(?P<act>[a-z]+) (?P<often>once|twice|[\w-]+ times) with (?P<the>the|his|her|their) (?P<side>left|"
        r"right)(?P<limb> (?:leg|foot|hand|arm|fist))?"
        r" and(?: then)? (?P<more>once|twice|[\w-]+ times) with (?:the|his|her|their) (?P<other>left|right)(?:"
        r" (?:leg|foot|hand|arm|fist|one))?",
        r"\g<act> \g<often> with \g<the> \g<side>\g<limb>, then \g<act> \g<more> with \g<the> \g<other>\g<limb>",
    ),
    Phrase(
        "fidgets on a chair",
        "sits on a chair",
        r"\b(?:fidget|squirm)(?:s|ing)? (?:in|on) (?:the|an?|his|her|their) (?:[\w-]+ )?(chair|seat|bench|stool)\b",
        r"sits on a \1",
    ),
    Phrase("roll dodge", "dodge roll", r"\broll dodge\b", "dodge roll"),
    Phrase(
        "walks and after sitting down waves",
        "walks, then sitting down, then waves",
        r",? and after (?P<rest>\w+ing\b[^,;.]*)",
        _after_doing,
    ),
    Phrase(
        "jumps rope, eight jumps",
        "jumps rope eight times",
        r"(?:,| for)? (?:about |around |exactly )?(?P<many>[\w-]+) (?:jumps|skips|hops|times|reps|repetitions|rounds)$",
        lambda often: f" {often['many']} times" if number_of(often["many"].lower()) else often[0],
    ),
    Phrase(
        "cartwheel into a backflip",
        "cartwheel, then backflip",
        r"\b(?P<leads>[a-z-]+) (?:(?:straight|right|directly) )?into an? (?P<act>[a-z-]+)\b",
        _then,
    ),
    Phrase(
        "catches himself before falling",
        "catches himself",
        r"\b(?P<recovers>catch\w* (?:him|her|it|them)sel(?:f|ves)|recover\w*|"
        r"(?:regain|find|catch|keep)\w* (?:\w+ )?balance)"
        r"(?: just)? before (?:falling|(?:he|she|they|it) falls?|hitting the (?:ground|floor))(?: down| over)?\b",
        r"\g<recovers>",
    ),
    Phrase(
        "rolls and is back on his feet",
        "rolls, then gets up",
        r",? (?:and |then )*(?:is )?back (?:up )?(?:on|to) (?:(?:his|her|their|the) )?feet\b(?: again)?" + _ENDS,
        ", then gets up",
    ),
    Phrase(
        "balances along a narrow beam",
        "walks slowly with the arms out to the sides",
        r"\b(?:balanc(?:es|ing|e)|walk(?:s|ing)?)(?: (?:carefully|slowly|gingerly))?(?: as (?:if|though))?"
        r"(?: (?:along|across|over|on))? "
        r"(?:an?|the) (?:[\w-]+ )?(?:beam|rope|tightrope|ledge|log|wire|plank|curb|kerb|slackline)\b"
        r"(?:,? (?:with )?(?:(?:the|his|her|their|both) )*arms (?:(?:held|stretched|spread|wide|out) ?)+"
        r"(?:to (?:the|his|her|their) sides?)?)?",
        "walks slowly with the arms out to the sides",
    ),
    Phrase(
        "dodges left and right",
        "dodges to the left, then dodges to the right",
        r"\b(?P<does>(?:dodg|sway|lean|step|jump|hop|leap|weav|slip|roll|shuffl|straf|duck)[a-z]*)"
        r"(?: to the)? (?P<one>left|right) and (?:then )?(?:to the )?(?P<other>left|right)(?=$|[,.;]| then\b)",
        r"\g<does> to the \g<one>, then \g<does> to the \g<other>",
    ),
    Phrase(
        "180 and walks",
        "turns 180 degrees and walks",
        r"^(?:90|180|270|360)(?= and\b|,? then\b|,)",
        r"turns \g<0> degrees",
    ),
    Phrase(
        "strafes while facing the enemy",
        "strafes",
        r",? (?:while |always |still )*(?:facing|looking at|watching|keeping (?:his|her|their) eyes on) "
        r"(?:him|her|them|it|(?:the|his|her|their) (?:enemy|opponent|target|camera|rival|boss|foe))\b",
        "",
    ),
    Phrase(
        "while strolling he waves",
        "he waves while strolling",
        r"^while (?P<goes>\w+ing\b[^,;.]*?),? (?P<does>(?:he|she|they|the \w+|an? \w+) [^,;.]*\w+)",
        r"\g<does> while \g<goes>",
    ),
    Phrase(
        "bends down and picks up a coin",
        "picks up a coin from the floor",
        r"\b(?:bend|lean|stoop|reach|squat|crouch)(?:s|es|ing)?(?: (?:down|over|forward|low))*,?"
        r"(?: and(?: then)? | to |, )(?P<picks>(?:picks?|picking|grabs?|grabbing|lifts?|lifting|ties?|tying) "
        r"(?:up\b|(?:an?|the|some|his|her|their|your|my|something|it)\b))"
        r"(?P<what>[^,;.]*?)(?= with (?:the|his|her|their|both|an?|one)\b| and\b| then\b|[,;.]|$)",
        _picked_from_the_floor,
    ),
    Phrase(
        "walks down the stairs and up again",
        "walks down the stairs, then walks up the stairs",
        r"\b(?P<goes>[a-z]+) (?P<one>up|down) "
        r"(?P<what>(?:the|an?|some) (?:[\w-]+ )?(?:stairs|staircase|steps|ladder|hill|ramp|slope)) "
        r"and (?:then )?(?:back )?(?P<other>up|down)(?: again)?" + _ENDS,
        r"\g<goes> \g<one> \g<what>, then \g<goes> \g<other> \g<what>",
    ),
    Phrase(
        "touches the left elbow to the right knee",
        "lifts the right knee high and bends the elbow down to it",
        r"\b(?:touch|bring|tap|put)(?:es|s|ing|ting)? (?:the |his |her |your )?(?:left|right) elbow to (?:the |"
        r"his |her |your )?"
        r"(?P<side>left|right) knee\b",
        r"lifts the \g<side> knee high and bends the elbow down to it",
    ),
    Phrase(
        "typing at a desk",
        "sits at a desk typing",
        r"\btyp(?:es|ing) at (?P<desk>(?:an?|the|his|her) (?:desk|computer|table|laptop))\b",
        r"sits at \g<desk> typing",
    ),
    Phrase(
        "bends the left knee and grabs the ankle behind him",
        "quad stretch with the left leg",
        r"\b(?:stand(?:s|ing)? on (?:the |his |her |your )?(?:left|right) (?:leg|foot),? ?(?:and )?)?"
        r"(?:bend(?:s|ing)? (?:the |his |her |your )?(?P<knee>left|right) (?:knee|leg)(?: 90 degrees)?,? and "
        r"(?:grab|hold|pull|tak)(?:s|es|ing|e)? (?:the |his |her |your )?(?:ankle|foot|heel)|"
        r"(?:pull|bring|grab|hold|tak)(?:s|es|ing|e)? (?:the |his |her |your )?(?P<foot>left|right) (?:foot|"
        r"heel|ankle)) (?:up )?"
        r"(?:behind(?: (?:you|him|her|them|the back))?|to(?:wards)? (?:the |his |her |your )?(?:butt|bottom|"
        r"glutes|buttocks))"
        r"(?:,? (?:quad(?:riceps)? stretch|to stretch (?:the |his |her |your )?(?:quads?|quadriceps|thigh)))?",
        lambda stretch: f"quad stretch with the {stretch['knee'] or stretch['foot']} leg",
    ),
    Phrase(
        "looks up, down and left",
        "looks up, then looks down, then looks left",
        r"\b(?P<looks>look(?:s|ing)?) (?!(?:left and right|right and left)\b(?!,| and| then))"
        r"(?P<one>up|down|left|right)(?P<more>(?:(?:,| and|, and)(?: then)? (?:up|"
        r"down|left|right)\b)+)",
        _by_turns_of_looks,
    ),
    Phrase(
        "jumps sideways to the right over a line",
        "jumps to the right",
        r"\b(?P<jumps>jump|hop|leap)(?P<s>s|ing)? sideways (?P<way>to the (?:left|right))\b(?: over [^,;.]*)?",
        r"\g<jumps>\g<s> \g<way>",
    ),
    Phrase(
        "bends over with the hands on the knees, panting",
        "stands with the hands on the knees",
        r"(?:\b(?:bend|lean|doubl|hunch|stoop)(?:s|es|ing|e)? (?:(?:forwards?|over|down|slightly) )+(?:and |with |,? ?"
        r"puts |putting |to put )+)?(?P<knees>(?:\b(?:both|the|his|her|their|your) )?\bhands on "
        r"(?:(?:the|his|her|their|your|both) )?knees),? (?:panting|gasping|wheezing|out of breath|breathing heavily|"
        r"(?:to catch|catching|to get|trying to catch) (?:the|his|her|their|your|some) breath(?: back)?|exhausted)"
        r"(?: for (?:air|breath))?",
        lambda bent: f"{'' if bent[0].startswith(bent['knees']) else 'stands with '}{bent['knees']}",
    ),
    Phrase(
        "tosses and turns", "lies still", r"\btoss(?:es|ing)? and turn(?:s|ing)?\b(?: in (?:the )?bed)?", "lies still"
    ),
    Phrase(
        "turns left while standing",
        "turns left",
        r"\b(?P<turns>turn(?:s|ing)?\b[^,;.]*?) (?:while|in|from a?) ?standing(?: still| up| in place| position)?\b",
        r"\g<turns>",
    ),
    Phrase(
        "turns and runs",
        "turns around and runs",
        r"\b(?P<turns>turn(?:s|ing)?),?(?P<and>(?: and| then)+) (?=(?:he |she |they )?(?:runs?|sprints?|walks?|"
        r"leaves?|flees?|jogs?|"
        r"march(?:es)?|storms?|hurr(?:y|ies)|dash(?:es)?|bolts?)\b(?! back))",
        r"\g<turns> around\g<and> ",
    ),
    Phrase(
        "brings it back",
        "turns around and then brings it",
        r"\b(?P<brings>(?:carr(?:y|ies|ying)|bring(?:s|ing)?|tak(?:e|es|ing)) (?:it|them|the (?:\w+ )?"
        r"(?!foot|feet|leg|arm|hand|knee|head)\w+)) back\b",
        r"turns around and then \g<brings>",
    ),
)
"""Phrases of whole prompts, which are replaced one after the other."""


def told_in_steps(prompt: str) -> str:
    """Returns the prompt without such phrases: "cartwheel, then backflip" for "cartwheel into a backflip"."""
    for phrase in SPANNING:
        prompt = phrase.told(prompt)
    return prompt
