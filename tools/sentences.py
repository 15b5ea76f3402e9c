"""What of a text a room sees: questions, findings, as much as it can take in."""

import re

WORDS = 45  # of a text, that a room can take in
WHOLE = re.compile(r"\$\$|\||[-*] |\d\. |```|>")  # a block that is shown as it is
SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9*$`(“\"])")
LEANS = re.compile(
    r"(Such|That|This|It|These|Those|They|So|Here|Then|Computed|The)\b|.*\bof these\b"
)
ASKS = re.compile(r"\?(\s|$)|\b(Bet|Guess|Predict)\b")
ANSWERS = re.compile(r"(No|Yes|Because|Only|It depends|You have to)\b")


def is_caption(block):
    """Tell whether a paragraph is one in italics, below a figure."""
    return bool(re.fullmatch(r"\*[^*].*\*", block, re.DOTALL))


def sentences_of(block):
    """Return the sentences of a paragraph."""
    return SENTENCE.split(" ".join(block.split()))


def first_words(sentences):
    """Return the first of some sentences, as many as a room can take in."""
    kept = sentences[:1]
    for sentence in sentences[1:]:
        if len(" ".join([*kept, sentence]).split()) > WORDS:
            break
        kept.append(sentence)
    return " ".join(kept)


def last_words(sentences):
    """Return the last of some sentences, as many as a room can take in."""
    kept = []
    for sentence in reversed(list(sentences)):
        if len(" ".join([sentence, *kept]).split()) > WORDS:
            break
        kept.insert(0, sentence)
    return " ".join(kept)


def without(kind, block):
    """Return a paragraph without one kind of sentences."""
    if WHOLE.match(block):
        return block
    return " ".join(each for each in sentences_of(block) if not kind.match(each))


def findings(sentences):
    """Return the sentences that a room sees, each with the one that it leans on."""
    shown = []
    for i, sentence in enumerate(sentences):
        if "**" in sentence or sentence.endswith("?"):
            shown += sentences[i - bool(i and LEANS.match(sentence)) : i + 1]
    return [" ".join(dict.fromkeys(shown))] if shown else []


def at_questions(blocks):
    """Return a text in pieces: each but the last ends in a question."""
    pieces = [[]]
    for number, block in enumerate(blocks, 1):
        pieces[-1].append(block)
        if block.endswith("?") and not WHOLE.match(block) and number < len(blocks):
            pieces.append([])
    return pieces


def asked(blocks):
    """Return a text without the question that it ends in, the question, its answer."""
    if not blocks or WHOLE.match(blocks[-1]) or not ASKS.search(blocks[-1]):
        return blocks, "", ""
    sentences = sentences_of(blocks[-1])
    asking = [i for i, sentence in enumerate(sentences) if ASKS.search(sentence)]
    first, last = asking[0], asking[-1]
    if len(" ".join(sentences[: last + 1]).split()) <= WORDS:
        first = 0
    first = max(0, first - 1)  # what it speaks of
    before = " ".join(sentences[:first])
    question = " ".join(sentences[first : last + 1])
    after = sentences[last + 1 :]
    answer = first_words(after) if after and ANSWERS.match(after[0]) else ""
    return blocks[:-1] + [before] * bool(before), question, answer
