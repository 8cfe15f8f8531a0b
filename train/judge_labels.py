#!/usr/bin/env python3
"""Labels each line of pages K (keep), D (drop) or ? (unknown), for training the judge.

Words of a page and of its article are chained in order over shared runs of four words (the longest
increasing chain), gaps between anchors are filled with runs of three, two and one; a line is kept
when 60 % of its words are hit, and one of under four words only within three lines of an anchor.

    judge_labels.py inputs.jsonl labelled.jsonl
"""
import json,re,sys,os,bisect,hashlib
from concurrent.futures import ProcessPoolExecutor
TOK=re.compile(r'\w+')
def lis(pairs):
    # longest strictly increasing chain of (i,j), i unique increasing
    tails=[];tp=[];prev={}
    for k,(i,j) in enumerate(pairs):
        p=bisect.bisect_left(tails,j)
        if p==len(tails): tails.append(j);tp.append(k)
        else: tails[p]=j;tp[p]=k
        prev[k]=tp[p-1] if p else None
    out=[];k=tp[-1] if tp else None
    while k is not None: out.append(pairs[k]);k=prev[k]
    return out[::-1]
def match(a,b,n):
    """hits in a (set) of words of b chained over runs of n, unique-ish"""
    idx={}
    for j in range(len(b)-n+1): idx.setdefault(tuple(b[j:j+n]),[]).append(j)
    pairs=[]
    for i in range(len(a)-n+1):
        js=idx.get(tuple(a[i:i+n]))
        if js and len(js)<=20:
            for j in reversed(js): pairs.append((i,j))
    return lis(pairs)
def align(a,b):
    hit=[False]*len(a)
    def fill(a0,a1,b0,b1,ns):
        if a1<=a0 or b1<=b0 or not ns: return
        n=ns[0]
        A=a[a0:a1];B=b[b0:b1]
        ch=match(A,B,n) if (len(A)>=n and len(B)>=n) else []
        pa,pb=a0,b0
        for i,j in ch:
            i+=a0;j+=b0
            if i>=pa and j>=pb:
                fill(pa,i,pb,j,ns[1:])
            for k in range(n): hit[i+k]=True
            pa=max(pa,i+n);pb=max(pb,j+n)
        fill(pa,a1,pb,b1,ns[1:])
    fill(0,len(a),0,len(b),[4,3,2,1])
    return hit
def label(text,gold):
    lines=[l for l in text.split('\n') if l.strip()]
    toks=[TOK.findall(l.lower()) for l in lines]
    a=[w for t in toks for w in t]; b=TOK.findall(gold.lower())
    hit=align(a,b)
    # 4-run anchors only
    out=[];p=0;share=[]
    for t in toks:
        h=sum(hit[p:p+len(t)]);p+=len(t)
        share.append(h/len(t) if t else 0)
    anchor=[len(t)>=4 and s>=.6 for t,s in zip(toks,share)]
    pos=[i for i,x in enumerate(anchor) if x]
    lab=[]
    for i,(t,s) in enumerate(zip(toks,share)):
        k=s>=.6
        if k and len(t)<4:
            q=bisect.bisect_left(pos,i); k=any(0<=q+d<len(pos) and abs(pos[q+d]-i)<=3 for d in(-1,0))
        lab.append('K' if k else 'D')
    return ''.join(lab)
def label_snip(text,w,wo):
    lines=[l for l in text.split('\n') if l.strip()]
    n=lambda s:re.sub(r'\s+',' ',s).strip()
    nl=[n(l) for l in lines]; lab=['?']*len(nl)
    for s,c in [(x,'D') for x in wo]+[(x,'K') for x in w]:
        s=n(s)
        if len(s)<8: continue
        for i,l in enumerate(nl):
            if s in l: lab[i]=c
    return ''.join(lab)
def one(a):
    kind,d=a
    if kind=='gold': d['labels']=label(d['text'],d.pop('gold'))
    elif kind=='snip': d['labels']=label_snip(d['text'],d.pop('with'),d.pop('without'))
    elif kind=='lines':
        src=d.pop('lines'); lines=[l for l in d['text'].split('\n') if l.strip()]
        # lines after cleaning against source lines, in order
        n=lambda s:' '.join(TOK.findall(s.lower()))
        lab=[];p=0
        ns=[n(x['text']) for x in src]
        for l in lines:
            k=n(l);c='?'
            for q in range(p,min(len(ns),p+400)):
                if k and ns[q]==k: c={'DROP':'D','KEEP':'K'}.get(src[q]['label'],'?');p=q+1;break
            lab.append(c)
        d['labels']=''.join(lab)
    return d
if __name__=='__main__':
    rows=[json.loads(l) for l in open(sys.argv[1])]
    with ProcessPoolExecutor(2) as ex, open(sys.argv[2],'w') as f:
        for d in ex.map(one,[(r.pop('kind'),r) for r in rows],chunksize=16): f.write(json.dumps(d,ensure_ascii=False)+'\n')
