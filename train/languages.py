#!/usr/bin/env python3
"""Trains the tables of languages that the mojibake stage weighs readings by.

usage: languages.py FOLDER OUT

FOLDER holds unpacked packages, one folder each, named as the packages are:

    firefox-esr-l10n-*       interface, about 90 languages (MPL-2.0)
    libreoffice-l10n-*       interface, about 90 languages (MPL-2.0)
    libreoffice-help-*       prose, about 30 languages (MPL-2.0)
    pip/django               interface, about 90 languages (BSD-3-Clause)
    npm/package              CLDR: annotations, names, dates, units, nearly every language (Unicode-3.0)

OUT is one file, read by src/language/mod.rs, which tells its layout. What it holds is
counts: how often one symbol follows another. Nothing of the texts can be had back from it.
"""
import collections, gettext, glob, html, json, math, os, re, sys, unicodedata, zipfile

CAPS = {"help": 300_000, "firefox": 250_000, "office": 250_000, "django": 100_000, "cldr": 60_000}
LEAST = 45_000        # characters without which a language is left out
RARE = 40_000         # a symbol seen less than once in so many characters is no part of the alphabet
MOST = {"vi": 140, "ja": 130, "zh": 60, "ko": 60}  # symbols of an alphabet
MOST_OTHERS = 90                                    # and of all others
# Other scripts have no encodings of their own that text gets misread from.
SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI", "GEORGIAN", "ARMENIAN", "HIRAGANA", "KATAKANA", "CJK", "HANGUL")
POOL = 220            # symbols of the pooled table of the Latin script
SURE = " abcdefghijklmnopqrstuvwxyz0.,'\"-()#:;!?/’‘“”„«»–—…"  # part of every alphabet
LETTER, OTHER = "\ue000", "\ue001"  # stand for letters and for signs outside the alphabet
HAN, HANGUL = "\u4e00", "\uac00"    # stand for all of their kind
SAME_LETTER = {"ș": "ş", "ț": "ţ"}   # Romanian is written with either
UNIT = 16.0           # costs are in sixteenths of a nat
# The costs that there are: two of them fill a byte.
LEVELS = (6, 14, 22, 30, 38, 46, 55, 65, 76, 88, 102, 118, 138, 162, 192, 232)
SAME = {"nb-no": "nb", "nn-no": "nn", "no": "nb", "in": "id", "iw": "he", "fil": "tl", "gug": "gn", "kmr": "ku",
        "fy-nl": "fy", "ga-ie": "ga", "zh-cn": "zh", "zh-tw": "zh", "zh-hans": "zh", "zh-hant": "zh", "hy-am": "hy",
        "pa-in": "pa", "gu-in": "gu", "hi-in": "hi", "ne-np": "ne", "sv-se": "sv", "sr-latn": "sr-latn",
        "sr-cyrl": "sr", "ca-valencia": "ca", "uz-cyrl": "uz-cyrl", "az-cyrl": "", "bs-cyrl": "", "pa-arab": "",
        "yue": "", "za": ""}
# Small ones whose data is all one source's, in an orthography that few others use.
SKIP = {"ach", "cak", "trs", "skr", "sat", "son", "szl", "sco", "qcv", "qtz", "en-au", "lij", "ff", "dz", "hnj"}


def language(tag):
    tag = tag.lower().replace("_", "-")
    if tag in SAME:
        return SAME[tag]
    parts = tag.split("-")
    if len(parts) > 1 and len(parts[1]) == 4:
        return ""
    return "" if parts[0] in SKIP else SAME.get(parts[0], parts[0])


TAG = re.compile(r"<[^>]*>")
PLACE = re.compile(r"\{[^}]*\}|%\d*\$?[a-zA-Z]|%\([a-z_]+\)[sd]|&[\w.-]+;|\$[\w-]+|\\[nt]|https?://\S+|[\w./-]+\.\w{2,4}\b(?=[\s)]|$)")


def plain(s):
    s = PLACE.sub(" ", html.unescape(TAG.sub(" ", s)))
    return unicodedata.normalize("NFC", re.sub(r"[~_]", "", re.sub(r"\s*\n\s*|[ \t]+", " ", s))).strip()


def catalogs(paths):
    for p in sorted(paths):
        try:
            with open(p, "rb") as f:
                t = gettext.GNUTranslations(f)
        except (OSError, UnicodeDecodeError, ValueError):
            continue
        for key, value in t._catalog.items():
            key = key[0] if isinstance(key, tuple) else key
            if key and value and value != key.split("\x04")[-1]:
                yield value


def langpack(path):
    for x in glob.glob(path + "/**/*.xpi", recursive=True):
        with zipfile.ZipFile(x) as z:
            for n in sorted(z.namelist()):
                if n.endswith((".ftl", ".properties")):
                    text = z.read(n).decode("utf8", "replace")
                    for line in text.split("\n"):
                        if line.startswith("#"):
                            continue
                        m = re.match(r"\s*[\w.-]+\s*=\s*(.+)|\s+([^\s.*\[\]{}].+)", line)
                        if m:
                            yield m.group(1) or m.group(2)


def pages(path):
    for p in sorted(glob.glob(path + "/**/text/**/*.html", recursive=True)):
        text = open(p, encoding="utf8", errors="replace").read()
        for m in re.finditer(r"<(?:p|h\d|li)\b[^>]*>(.*?)</(?:p|h\d|li)>", text, re.S):
            yield m.group(1)


def strings(node):
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for k, v in node.items():
            if k not in ("version", "identity", "_version"):
                yield from strings(v)
    elif isinstance(node, list):
        for v in node:
            yield from strings(v)


def gather(root):
    """Language → source → strings."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for d in sorted(os.listdir(root)):
        for prefix, source in (("firefox-esr-l10n-", "firefox"), ("libreoffice-l10n-", "office"), ("libreoffice-help-", "help")):
            if d.startswith(prefix):
                lang = language(d[len(prefix):])
                if not lang:
                    continue
                p = os.path.join(root, d)
                found[lang][source].append(
                    langpack(p) if source == "firefox" else pages(p) if source == "help"
                    else catalogs(glob.glob(p + "/**/*.mo", recursive=True)))
    for d in sorted(glob.glob(root + "/pip/django/**/locale/*/", recursive=True)):
        lang = language(os.path.basename(d.rstrip("/")))
        if lang:
            found[lang]["django"].append(catalogs(glob.glob(d + "**/*.mo", recursive=True)))
    for kind in ("annotations", "main", "annotationsDerived"):
        for d in sorted(glob.glob(f"{root}/npm/package/{kind}/*/")):
            lang = language(os.path.basename(d.rstrip("/")))
            if lang:
                found[lang]["cldr"].append(
                    s for p in sorted(glob.glob(d + "*.json")) if os.path.basename(p) in
                    ("annotations.json", "languages.json", "territories.json", "scripts.json", "units.json", "ca-gregorian.json", "variants.json")
                    for s in strings(json.load(open(p, encoding="utf8"))))
    return found


def script(c):
    name = unicodedata.name(c, "")
    return name.split(" ")[0] if unicodedata.category(c)[0] == "L" else ""


def symbols(text):
    """The symbols of a text, as src/language/mod.rs has them."""
    for c in text:
        o = ord(c)
        if o < 0x80:
            if c.isalpha():
                yield c.lower()
            elif c.isdigit():
                yield "0"
            elif c in " \t\n":
                yield " "
            else:
                yield c if c in ".,'\"-():;!?/" else "#"
        elif o == 0xAD:
            continue
        elif 0x4E00 <= o <= 0x9FFF:
            yield HAN
        elif 0xAC00 <= o <= 0xD7A3:
            yield HANGUL
        else:
            low = c.lower()
            yield SAME_LETTER.get(low, low) if len(low) == 1 else c


def collect(sources):
    """Texts of one language within the caps; every n-th string, so that all parts are there."""
    out = []
    for source, parts in sorted(sources.items()):
        texts = []
        for part in parts:
            texts.extend(t for t in (plain(s) for s in part) if len(t) > (3 if source == "cldr" else 14))
        texts = list(dict.fromkeys(texts))
        total = sum(map(len, texts))
        step = max(1.0, total / CAPS[source])
        out.extend(texts[int(i * step)] for i in range(int(len(texts) / step)))
    return out


def own_script(texts):
    """Drops what was left untranslated: strings in Latin letters where another script rules."""
    count = collections.Counter(script(c) for t in texts[:: max(1, len(texts) // 3000)] for c in t if ord(c) > 0x7F)
    del count[""]
    main = count.most_common(1)[0][0] if count else "LATIN"
    letters = sum(count.values())
    ascii_letters = sum(c.isascii() and c.isalpha() for t in texts[:: max(1, len(texts) // 3000)] for c in t)
    if main == "LATIN" or letters < ascii_letters / 2:
        return texts
    def own(t):
        n = sum(not c.isascii() and c.isalpha() for c in t)
        return n * 2 > sum(c.isascii() and c.isalpha() for c in t) and n > 0
    return [t for t in texts if own(t)]


def cost(p):
    """The nearest level."""
    c = -math.log(p) * UNIT
    return min(range(16), key=lambda i: abs(LEVELS[i] - c))


def count(fold, most, sure, weight=None):
    """How often each symbol of the alphabet follows each, and the alphabet."""
    single = collections.Counter()
    for s, w in fold:
        for c in s:
            single[c] += w
    total = sum(single.values())
    least = max(8 if weight is None else 0, total / RARE)
    keep = {c for c, n in single.most_common(most) if n >= least} | set(sure)
    letters = sorted(keep - {LETTER, OTHER}) + [LETTER, OTHER]
    index = {c: i for i, c in enumerate(letters)}
    n = len(letters)
    pairs = [[0.0] * n for _ in range(n)]
    for s, w in fold:
        last = index[" "]
        for c in s + [" "]:
            i = at(index, c)
            pairs[last][i] += w
            last = i
    return letters, index, pairs


def at(index, c):
    i = index.get(c)
    return index[LETTER if c == LETTER or unicodedata.category(c)[0] in "LM" else OTHER] if i is None else i


class Table:
    """One language: costs of each symbol after each, and what a symbol costs on average."""

    def __init__(self, lang, fold, most, sure=SURE, one=1.0, weight=None):
        self.lang = lang
        held, seen = fold[::10], [f for i, f in enumerate(fold) if i % 10]
        self.letters, self.index, pairs = count(seen, most, sure, weight)
        n = len(self.letters)
        alone = [sum(r[j] for r in pairs) + 0.3 * one for j in range(n)]
        whole = sum(alone)
        alone = [x / whole for x in alone]
        self.rows = []
        for r in pairs:
            # Witten and Bell: what is new after a symbol is as likely as new things have been.
            c, kinds = sum(r), (sum(x > 0 for x in r) + 1) * one
            w = kinds / (c + kinds)
            self.rows.append([cost((1 - w) * (x / c if c else 0) + w * u) for x, u in zip(r, alone)])
        self.alone = [cost(u) for u in alone]
        means, piece = [], []
        for s, _ in held:
            piece += s + [" "]
            if len(piece) >= 100:
                means.append(self.price(piece) / len(piece))
                piece = []
        if len(means) < 5:
            means = means + [48.0, 42.0, 54.0]
        self.mean = sum(means) / len(means)
        self.sd = max(1.0, math.sqrt(sum((x - self.mean) ** 2 for x in means) / len(means)))

    def price(self, s):
        last, total = self.index[" "], 0
        for c in s:
            i = at(self.index, c)
            total += LEVELS[self.rows[last][i]]
            last = i
        return total


def ranked(texts, low, high, most):
    n = collections.Counter(c for t in texts for c in t if low <= ord(c) <= high)
    return "".join(c for c, k in n.most_common(most) if k >= 3)


def text(s):
    b = s.encode("utf8")
    return len(b).to_bytes(2, "little") + b


def nibbles(levels):
    levels = levels + [0] * (len(levels) % 2)
    return bytes(a | b << 4 for a, b in zip(levels[::2], levels[1::2]))


def main_script(texts):
    count = collections.Counter(script(c) for t in texts[:: max(1, len(texts) // 3000)] for c in t)
    del count[""]
    return count.most_common(1)[0][0]


def main():
    found = gather(sys.argv[1])
    tables, han, hangul, pool, pool_size = [], {}, "", [], 0
    for lang in sorted(found):
        texts = own_script(collect(found[lang]))
        size = sum(map(len, texts))
        if size < LEAST:
            continue
        fold = [(list(symbols(t)), 1.0) for t in texts]
        kind = main_script(texts)
        if kind not in SCRIPTS:
            continue
        # Words in Latin letters are left to the table of that script.
        sure = SURE if kind == "LATIN" else "".join(c for c in SURE if not c.isalpha())
        if kind != "LATIN":
            fold = [([LETTER if c.isascii() and c.isalpha() else c for c in s], w) for s, w in fold]
        t = Table(lang, fold, MOST.get(lang, MOST_OTHERS), sure)
        tables.append(t)
        print(f"{lang:8} {size:8} {kind} {len(t.letters):3} symbols, {t.mean/UNIT:.2f} ± {t.sd/UNIT:.2f} nats  {''.join(c for c in t.letters if ord(c) > 0x7f)[:90]}", flush=True)
        if kind == "LATIN":
            step = max(1, len(fold) // 3000)
            part = fold[::step]
            weight = 1e5 / sum(len(s) for s, _ in part)
            pool += [(s, weight) for s, _ in part]
            pool_size += 1
        if lang in ("zh", "ja"):
            han[lang] = ranked(texts, 0x4E00, 0x9FFF, 3000 if lang == "zh" else 1800)
        if lang == "ko":
            hangul = ranked(texts, 0xAC00, 0xD7A3, 1200)
    # The last is no language: the Latin script, whatever the language, in equal parts.
    tables.append(Table("*latin", pool, POOL, SURE, 1.0, 1.0))
    print(f"pooled: {len(tables[-1].letters)} symbols {''.join(tables[-1].letters)}")
    out = bytearray()
    out += len(tables).to_bytes(2, "little") + bytes(LEVELS)
    for t in tables:
        out += text(t.lang) + text("".join(t.letters))
        out += bytes([round(t.mean), min(255, round(t.sd * 16))])
        out += nibbles(t.alone)
        for r in t.rows:
            out += nibbles(r)
    out += text(han.get("zh", "")) + text(han.get("ja", "")) + text(hangul)
    with open(sys.argv[2], "wb") as f:
        f.write(out)
    print(len(tables) - 1, "languages,", len(out), "bytes")


if __name__ == "__main__":
    main()
