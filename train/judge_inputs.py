#!/usr/bin/env python3
"""Labelled pages as JSON lines, the input of `judge_labels.py` and of `cargo run --example judge`.

    judge_inputs.py SETS > inputs.jsonl

SETS is the folder of evaluation sets (A, B and T). Each line has an id, one of five folds by host
where a host is known, the set, the text, and what its labels come from: the article (`gold`),
snippets, or labelled lines.
"""
import collections
import hashlib
import json
import os
import sys
import urllib.parse

S = sys.argv[1]
def host(u):
    h=urllib.parse.urlparse(u).netloc.lower().split(':')[0]
    p=h.split('.')
    if p and p[0] in('www','m','edition','amp'): p=p[1:]
    return '.'.join(p[-3:]) if len(p)>2 and len(p[-2])<=3 else '.'.join(p[-2:])
fold=lambda k:int(hashlib.md5(k.encode()).hexdigest(),16)%5
out=sys.stdout
for st in sorted(os.listdir(S+'/A')):
    d=f'{S}/A/{st}'
    for m in map(json.loads,open(d+'/meta.jsonl')):
        if m.get('exclude'): continue
        u=m.get('url') or ''
        key=host(u) if u else st+m['id']
        gp=f"{d}/gold/{m['id']}.txt"
        gold=open(gp,encoding='utf8').read() if os.path.exists(gp) else None
        for sc in ('bs4','inscriptis','lynx'):
            r=dict(id=f"A/{st}/{sc}/{m['id']}",fold=fold(key),set='A',page=f"{st}/{m['id']}",text=open(f"{d}/in/{sc}/{m['id']}.txt",encoding='utf8').read())
            if gold: r.update(kind='gold',gold=gold)
            elif m.get('with') is None: continue
            else: r.update(kind='snip',**{'with':m['with'] or [],'without':m.get('without') or []})
            out.write(json.dumps(r)+'\n')
        if gold and len(gold.split())>20:
            out.write(json.dumps(dict(id=f"G/{st}/gold/{m['id']}",fold=fold(key),set='G',page=f"{st}/{m['id']}",kind='gold',text=gold,gold=gold))+'\n')
# T has no hosts, but pages of one site, and the same page twice: what shares lines is one fold.
rows={f"T/{t}/{r['id']}":r for t in 'de en es fi fr sv'.split() for r in map(json.loads,open(f'{S}/T/{t}.dev.jsonl'))}
lines={k:{l['text'].strip().lower() for l in r['lines'] if len(l['text'].split())>=3} for k,r in rows.items()}
holders=collections.defaultdict(list)
for k,ls in lines.items():
    for l in ls: holders[l].append(k)
shared=collections.Counter((a,b) for ks in holders.values() if len(ks)<60 for n,a in enumerate(ks) for b in ks[n+1:])
first={k:k for k in rows}
def root(k):
    while first[k]!=k: k=first[k]
    return k
for (a,b),n in shared.items():
    if n>=3 and n>=.15*min(len(lines[a]),len(lines[b])): first[root(b)]=root(a)
for k,r in rows.items():
        out.write(json.dumps(dict(id=k,fold=fold(root(k)),set='T',page=r['id'],kind='lines',lines=r['lines'],text='\n'.join(l['text'] for l in r['lines'])+'\n'))+'\n')
for t in ('labels','captions'):
    for r in map(json.loads,open(f'{S}/B/{t}.dev.jsonl')):
        key=host('http://'+r['source'])
        out.write(json.dumps(dict(id=f"B/{t}/{r['id']}",fold=fold(key),set='B' if t=='labels' else 'C',page=r['id'],kind='lines',lines=r['lines'],text='\n'.join(l['text'] for l in r['lines'])+'\n'))+'\n')
