#!/usr/bin/env python3
"""Makes the table of common words that the mojibake stage knows languages by.

usage: words.py FOLDER OUT

FOLDER is that of languages.py, in this folder. OUT is a Bloom filter, which src/language/words.rs
asks for *windows*: a letter beyond ASCII, or an apostrophe within a word, with up to three letters
of its word on either side and the word's ends.
"""
import collections, re, sys
from languages import gather, plain

BYTES, PROBES, REACH = 32_768, 4, 3
MOST = 26_000          # windows; a window that is not among them seems so once in eighty times
CAP = 3_000_000        # characters of a source
LEAST = 5_000          # words without which a language is left out
TWICE = 5              # times that a window has to be seen
# Those that text in Latin letters is read back to.
LANGUAGES = ("en fr de es pt it nl sv da nb nn fi is ga ca gl eu af oc ast an br cy fy rm gd et sq pl cs sk hu sl hr "
             "bs ro sr-latn hsb dsb tr ku lt lv").split()
SAME = {"bs": "hr", "sr-latn": "hr", "nn": "nb"}  # share one table
FEW_READ = set("hsb dsb ku oc ast gd br rm an cy fy".split())  # get a third of what others get
CLIPPED = {"en", "nl", "fr", "it", "ca"}          # have words with apostrophes that are ASCII
KNOWN = 6000           # words of a language that are counted
FOLD = {"ș": "ş", "ț": "ţ", "’": "'"}
WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
BASIS, PRIME, MASK = 0xCBF29CE484222325, 0x100000001B3, (1 << 64) - 1


def windows(word):
    word = "".join(FOLD.get(c, c) for c in word)
    for part in word.split("'"):
        whole = "^" + part + "$"
        for i, c in enumerate(whole):
            if c > "\x7f" and c.isalpha():
                yield whole[max(0, i - REACH):i + REACH + 1]
    for i, c in enumerate(word):
        if c == "'":
            left, right = ("^" + word[:i].split("'")[-1])[-REACH:], (word[i + 1:].split("'")[0] + "$")[:REACH]
            if len(left) > 1 and len(right) > 1:
                yield left + c + right


def spread(lang, window):
    """As src/language/words.rs does."""
    def fold(text):
        h = BASIS
        for c in text:
            h = ((h ^ ord(c)) * PRIME) & MASK
        return h
    h = fold(window) ^ fold(lang)
    h = ((h ^ h >> 32) * 0x9E3779B97F4A7C15) & MASK
    return h ^ h >> 29


def words(sources):
    """How often each word comes, in lower case."""
    count = collections.Counter()
    for source, parts in sorted(sources.items()):
        if source == "cldr":
            continue
        texts = []
        for part in parts:
            texts.extend(t for t in (plain(s) for s in part) if len(t) > 14)
        texts = list(dict.fromkeys(texts))
        step = max(1.0, sum(map(len, texts)) / CAP)
        for i in range(int(len(texts) / step)):
            count.update(w.lower() for w in WORD.findall(texts[int(i * step)]))
    return count


def main():
    found = gather(sys.argv[1])
    shares = {}
    for lang in (l for l in LANGUAGES if l in found):
        count = words(found[lang])
        total = sum(count.values())
        if total < LEAST:
            continue
        common = [(w, n) for w, n in count.most_common() if not w.isascii() and n >= 2][:KNOWN]
        if lang in CLIPPED:
            common += [(w, n) for w, n in [p for p in count.most_common(3000) if p[0].isascii()][:1500] if "'" in w]
        seen = collections.Counter()
        for w, n in common:
            # What is short is common, or an abbreviation.
            rare = n < total * (1e-3 if len(w) == 1 else 2e-4 if len(w) == 2 else 0)
            if rare or any(ord(c) > 0x24F and c not in "’ẁẃẅỳ" for c in w):
                continue
            for x in windows(w):
                seen[x] += n
        for x, n in seen.items():
            if n >= TWICE:
                key, share = (SAME.get(lang, lang), x), (n - 2) / total / (3 if lang in FEW_READ else 1)
                shares[key] = max(share, shares.get(key, 0))
    top = sorted(shares.items(), key=lambda p: (-p[1], p[0]))[:MOST]
    bits = bytearray(BYTES)
    for (lang, window), _ in top:
        h = spread(lang, window)
        for i in range(PROBES):
            bit = ((h & 0xFFFFFFFF) + i * (h >> 32) & 0xFFFFFFFF) % (BYTES * 8)
            bits[bit >> 3] |= 1 << (bit & 7)
    with open(sys.argv[2], "wb") as f:
        f.write(bits)
    print(len(top), "windows,", collections.Counter(lang for (lang, _), _ in top).most_common())


main()
