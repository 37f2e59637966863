"""Byte-level BPE as GPT-2 has it: training, encoding, and the tokenizer.json that states it."""

import collections
import functools
import json
import re

# GPT-2's pattern; Python's re has no \p{L}, and the corpus needs no more than this.
PATTERN = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
BEGIN, END = "<|begin_of_text|>", "<|end_of_text|>"


def alphabet():
    """GPT-2's printable stand-in for each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {}, 0
    for byte in range(256):
        if byte in plain:
            table[byte] = chr(byte)
        else:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


ALPHABET = alphabet()


def train(texts, size):
    """Merges of the most frequent pair, the alphabetically first where two are as frequent."""
    counts = collections.Counter(word for text in texts for word in PATTERN.findall(text))
    words = [[ALPHABET[b] for b in word.encode()] for word in counts]
    weights = list(counts.values())
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for index, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += weights[index]
            where[pair].add(index)
    merges = []
    while len(merges) < size - 256 - 2:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        merges.append(best)
        for index in list(where[best]):
            word = words[index]
            for pair in zip(word, word[1:]):
                pairs[pair] -= weights[index]
            words[index] = word = merge(word, best)
            for pair in zip(word, word[1:]):
                pairs[pair] += weights[index]
                where[pair].add(index)
        del pairs[best], where[best]
    return merges


def merge(word, pair):
    merged, at = [], 0
    while at < len(word):
        if at + 1 < len(word) and (word[at], word[at + 1]) == pair:
            merged.append(word[at] + word[at + 1])
            at += 2
        else:
            merged.append(word[at])
            at += 1
    return merged


class Tokenizer:
    def __init__(self, merges):
        self.merges = merges
        self.ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.tokens = [ALPHABET[b] for b in range(256)]
        self.tokens += [a + b for a, b in merges] + [BEGIN, END]
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self.begin, self.end = self.ids[BEGIN], self.ids[END]
        self.word = functools.lru_cache(None)(self._word)

    def _word(self, text):
        word = [ALPHABET[b] for b in text.encode()]
        while len(word) > 1:
            best = min(zip(word, word[1:]), key=lambda p: self.ranks.get(p, 1 << 30))
            if best not in self.ranks:
                break
            word = merge(word, best)
        return [self.ids[token] for token in word]

    def encode(self, text):
        return [token for word in PATTERN.findall(text) for token in self.word(word)]

    def decode(self, ids):
        back = {char: byte for byte, char in ALPHABET.items()}
        kept = "".join(self.tokens[i] for i in ids if i not in (self.begin, self.end))
        return bytes(back[char] for char in kept).decode(errors="replace")

    def write(self, path):
        """The layout of Hugging Face's tokenizers."""
        special = [{"id": index, "content": text, "single_word": False, "lstrip": False,
                    "rstrip": False, "normalized": False, "special": True}
                   for text, index in ((BEGIN, self.begin), (END, self.end))]
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                 "use_regex": True}
        content = {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
            "normalizer": None, "pre_tokenizer": level,
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": BEGIN, "type_id": 0}},
                           {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"SpecialToken": {"id": BEGIN, "type_id": 0}},
                         {"Sequence": {"id": "A", "type_id": 0}},
                         {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {
                    BEGIN: {"id": BEGIN, "ids": [self.begin], "tokens": [BEGIN]}}},
            "decoder": level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": {token: i for i, token in enumerate(self.tokens[:-2])},
                      "merges": [a + " " + b for a, b in self.merges]},
        }
        path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
