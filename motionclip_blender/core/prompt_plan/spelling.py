"""Converts names as in games to words, and corrects misspelt words to known ones."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable
from itertools import pairwise

import numpy as np

from .grammar import grammar, inflected, is_action_form, verb_of
from .manner_words import named

SHORTEST = 4
"""Least letters of a corrected word; shorter ones are near to too many others."""

LONGEST = 24
"""Letters; longer words are not corrected."""

_OF_VERBS = ("also_begin", "verbs", "unshown")  # lists of verbs by which prompts are read
_TWO_FROM = 6  # letters from which on two mistakes are corrected
_REPLACED_FROM = 5  # letters from which on one letter may be another
_TWO_LETTERS = 2  # letters by which a word is not longer or shorter: "cutlass" is no "class"
_PART = 2  # least letters of each of two words without a space between
_MANY = 3  # actions of a name that are steps, at least
_STEM = 3  # least letters of a word with other endings
_CAMEL = re.compile(
    r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z]{2})(?=\d)|(?<=\d)(?=[A-Za-z]{3}|[LRlr]$)"
)
_NAME = re.compile(  # no amount: "1.25", "1.5x"; no "U-turn"
    r"^(?!\d+\.\d)(?![A-Z]-[A-Z]?[a-z]+$)[A-Za-z0-9]+(?:[_\-|.][A-Za-z0-9]+)+$|^[A-Z]?[a-z]+(?:\d*[A-Z][a-z0-9]*)+\d*$"
)
_REACTS = re.compile(r"(?<!hit )\breact(?:ion)?\b")
_JUMPS_AND_LANDS = re.compile(r"^jump (?:to )?land$")  # which is more than a landing
_STARTS = re.compile(r"^(walk|run|jog|sprint)[_\- ]?start(?:[_\- ]?(?:loop|fwd|forward|0\d))*$", re.I)
_TITLE = re.compile(r"^[A-Z][a-z]+(?: (?:[A-Z][a-z]*|\d+)){1,6}$")  # "Standing React Large From Right"
_PLAIN_HYPHENS = re.compile(r"^[a-z]+-[a-z]+$")
_WORD = re.compile(r"[a-zA-ZÀ-ÿ]+(?:'[a-z]+)?")
_DOUBLED = re.compile(r"(.)\1")
_PARTS = re.compile(r"\b(?:turn|spin|rotate) \d{2,3}\b|\S+")  # of a name: an action, or a turn with its angle
_WRONG_FORM = re.compile(r"(?:sh|ch|x|z)s$|^[^aeiou]*[aeiou][bdgmnprt](?:ing|ed)$")  # "slouchs", "draging"
_TURN_OF_NAME = re.compile(
    r"(?:\bturn )?\b(45|90|135|180|225|270|360) (left|right)\b|\bturn (left|right) (45|90|135|180|270|360)\b"
)
_NUMBERED = re.compile(r"^0\d*$|^[1-9]$")  # the number of a take, not an angle


def spelled_out(prompt: str, known: Spelling) -> str:
    """Returns a prompt with names such as `walk_fwd_loop`, `hit-reaction-left` or `TurnAround180` as words.

    Keeps a hyphened word of the wordings ("push-ups"), and a hyphened word in a sentence.
    """
    words = prompt.split()
    out = []
    for word in words:
        bare = word.strip(",;.!?")
        named = bool(_NAME.match(bare)) and not known.knows(bare.lower())
        if named and _PLAIN_HYPHENS.match(bare) and len(words) > 1:
            named = False
        out.append(known.in_steps(_name_as_words(bare)) if named else word)
    if _TITLE.match(prompt):
        out = [_name_as_words("_".join(words))]
    text = " ".join(" ".join(out).split())
    return known.in_steps(text) if text.isascii() and text.islower() else text


def _name_as_words(name: str) -> str:
    if starts := _STARTS.match(name):
        return f"starts {inflected(starts[1].lower(), 'ing')}"
    parts = [part for piece in re.split(r"[_\-|.]+", name) for part in _CAMEL.split(piece)]
    short = grammar()["names"]
    words = [short.get(part.lower(), part.lower()) for part in parts if not _NUMBERED.match(part)]
    text = _TURN_OF_NAME.sub(_turn, " ".join(word for word in words if word))
    return _JUMPS_AND_LANDS.sub("jump, land", _REACTS.sub("hit reaction", text)) or name.lower()


def _turn(match: re.Match[str]) -> str:
    """Returns "turn left 90 degrees" for "90 left", which is no way to go."""
    return f"turn {match[2] or match[3]} {match[1] or match[4]} degrees"


class Spelling:
    """Known words, by how often they occur. Corrects unknown words."""

    def __init__(self, texts: Iterable[str], also: Iterable[str] = (), dictionary: Container[str] = ()) -> None:
        """Collects the known words.

        texts: the wordings of a pack.
        also: further correct words, of which forms are known, too; dictionary: those that have their forms in it. No
            word is corrected to them.
        """
        said = [_WORD.findall(text.lower()) for text in texts]
        counts = Counter(word for words in said for word in words)
        own = {
            word
            for name in ("numbers", "adverbs", "body", "speeds", "intensifiers", "time", "times", "counted")
            for word in grammar()[name]
        }
        own |= set(named())
        own |= {"left", "right", "forward", "forwards", "backward", "backwards", "circle", "around"}
        for word in sorted(own | {*grammar()["function_words"]}):
            for part in _WORD.findall(word):
                counts[part] += 10
        self._counts = counts
        self._also, self._dictionary = frozenset(also), dictionary
        self._pairs = frozenset(pair for words in said for pair in pairwise(words))
        said_here = [word for word in counts if word.isalpha() and len(word) >= SHORTEST - 1]
        verbs = _verbs() if dictionary != () else set()  # without it, any word might be a mistake for one of them
        self._words = sorted({*said_here, *verbs})
        self._letters = _letters_of(self._words)

    def knows(self, word: str) -> bool:
        if word in self._counts or word in self._also or self._is_form(word):
            return True
        doubled = f"{word[:-3]}{word[-4:-3]}ing" if word.endswith("ing") else ""  # "swiming" is misspelt
        if (is_action_form(word) and doubled not in self._counts) or verb_of(word, grammar()["verbs"]):
            return True
        return word.isalpha() and word in self._dictionary

    def _is_form(self, word: str) -> bool:
        """Checks whether a word is a regular form of another correct one: "shrinks", "sipped"."""
        if _WRONG_FORM.search(word):
            return False
        stems = {word.removesuffix(ending) for ending in ("s", "ed", "ing")} - {word}
        stems |= {stem[:-1] for stem in stems if stem[-2:-1] == stem[-1:] and not word.endswith("s")}
        stems |= {word[:-2]} if word.endswith(("shes", "ches", "xes", "zes", "sses")) else set()
        if any(f"{stem}s" in self._counts for stem in stems if len(stem) >= SHORTEST):  # "fidgeting", of "fidgets"
            return True
        if any(f"{stem}ing" in self._also for stem in stems if len(stem) >= SHORTEST - 1):  # "sews", of "sewing"
            return True
        if any(len(stem) >= _STEM and (stem[-1] != "s") and stem in self._also for stem in stems):
            return True
        # "pogoing", of "pogo"; neither "danceing" nor "swiming"
        regular = {stem for stem in stems if len(stem) >= SHORTEST and stem[-1] not in "es" and stem in self._counts}
        return any(f"{stem}{stem[-1]}ing" not in self._counts for stem in regular)

    def in_steps(self, name: str) -> str:
        """Returns a name of several actions, of which no two belong together, as steps: "run, jump, land"."""
        words = _PARTS.findall(name)
        acts = (
            len(words) >= _MANY
            and len(set(words)) > 1
            and all(is_action_form(word.split()[0]) for word in words)
            and not {"bow", "rifle"} & set(words)
        )
        return ", ".join(words) if acts and not any(pair in self._pairs for pair in pairwise(words)) else name

    def in_wordings(self, word: str) -> bool:
        """Checks whether the wordings contain this word."""
        return word in self._counts

    def _parted(self, word: str) -> str:
        """Returns two words of the wordings between which only the space lacks, "picks up" for "picksup"; else ""."""
        halves = [(word[:at], word[at:]) for at in range(_PART, len(word) - _PART + 1)]
        found = [pair for pair in halves if pair in self._pairs]
        return " ".join(max(found, key=lambda pair: min(self._counts[each] for each in pair))) if found else ""

    def _lacks_a_letter(self, word: str) -> bool:
        """Checks whether a participle has one consonant where correct ones have two."""
        doubled = f"{word[:-3]}{word[-4:-3]}ing"
        if not word.endswith("ing") or word in self._counts or word in self._also or word in self._dictionary:
            return False
        return doubled in self._dictionary and is_action_form(doubled)

    def mended(self, word: str, following: str = "", preceding: str = "") -> str:
        """Returns the known word nearest to an unknown one; the word itself if it is known, short, or near to none.

        Of two words without a space between, both are returned.

        following, preceding: the next word, and the one before; of words as near, one that the wordings have beside
            them is taken.
        """
        low = word.lower()
        if not low.isascii() and self.knows(plain := _without_accents(low)):
            return plain
        if rather := grammar()["rather"].get(low):
            return rather
        if not SHORTEST <= len(low) <= LONGEST or not low.isalpha():
            return word
        if self._lacks_a_letter(low):  # "shruging"
            return f"{low[:-3]}{low[-4]}ing"
        if self.knows(low):
            return word
        if parted := self._parted(low):
            return parted
        most = 2 if len(low) >= _TWO_FROM else 1
        best: tuple[int, bool, int, int, str] | None = None
        # an edit changes the numbers of at most two letters, so words that differ in more are skipped
        apart = np.abs(self._letters - _letters(low)).sum(axis=1)
        for i in np.flatnonzero(apart <= 2 * most):
            candidate = self._words[i]
            distance = _distance(low, candidate, most)
            if distance <= most and abs(len(low) - len(candidate)) < _TWO_LETTERS:
                pair = not self._pairs.isdisjoint(((candidate, following.lower()), (preceding.lower(), candidate)))
                if not _plausible(low, candidate) and not (pair and low[0] == candidate[0]):
                    continue
                # letters are left out more often than added, but for doubled ones; then common words
                added = len(candidate) < len(low) and _undoubled(low) != _undoubled(candidate)
                doubled = _undoubled(low) == _undoubled(candidate)  # "realy" is rather "really" than "ready"
                rank = (distance, not (pair or doubled), int(added), -self._counts[candidate], candidate)
                best = rank if best is None else min(best, rank)
        return best[-1] if best is not None else word


def _verbs() -> set[str]:
    """Returns longer forms of verbs by which prompts are read, though no wording may have them: "checking"."""
    verbs = (verb for name in _OF_VERBS for verb in grammar()[name])
    return {form for verb in verbs for form in (inflected(verb, "s"), inflected(verb, "ing")) if len(form) >= _TWO_FROM}


def _plausible(wrong: str, right: str) -> bool:
    """Checks whether `wrong` may be a misspelling of `right`: the first letter is seldom wrong, and a short word with
    another letter is another word."""
    if wrong[0] != right[0] and wrong[:2] != right[1::-1] and wrong != right[1:]:
        return False
    others = int(np.maximum(_letters(wrong) - _letters(right), 0).sum())
    return len(wrong) != len(right) or others <= (len(wrong) >= _REPLACED_FROM)


def _without_accents(word: str) -> str:
    """Returns "plie" for "plié"."""
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def _undoubled(word: str) -> str:
    return _DOUBLED.sub(r"\1", word)


def _letters(word: str) -> np.ndarray:
    """Returns how often each letter occurs in a word, (27,); the last entry counts those beyond a to z."""
    return _letters_of([word])[0]


def _letters_of(words: list[str]) -> np.ndarray:
    """Returns `_letters` of words, (n, 27) int8."""
    codes = np.frombuffer("".join(words).encode("utf-32-le"), "<u4").astype(int) - ord("a")
    codes = np.where(codes < 0, 26, np.minimum(codes, 26))
    rows = np.repeat(np.arange(len(words)), [len(word) for word in words])
    return np.bincount(27 * rows + codes, minlength=27 * len(words)).reshape(-1, 27).astype(np.int8)


def _distance(a: str, b: str, most: int) -> int:
    """Returns the edit distance from `a` to `b`: insertions, deletions, changes and swaps of neighbours (Damerau,
    1964).

    Returns `most` + 1 if it is larger than `most`.
    """
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        two_before, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
