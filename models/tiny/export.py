"""Writes the trained models, and what another implementation must find in them."""

import json
import math
import struct

import numpy
import torch

import gguf
import train

PROMPTS = ["It was a truth", "Elizabeth looked at her sister, and", "\"My dear Emma,\" said"]
TEXTS = [
    "", " ", "a", "Hello, world!", "It is a truth universally acknowledged, that a single man",
    "  two  spaces\n\nand   lines \n", "don't we'll I'VE they're", "1815 and 12,345.67",
    "naïve café — “quoted”", "日本語と한국어", "😀👍🏽 emoji", "a\u0301e\u0308 combining",
    "\t\r\n\x00\x7f",
    "<|begin_of_text|>Emma<|end_of_text|>", "x" * 40, "Mr. Darcy's -- \"Indeed!\"",
]


def write_all(here, work, tokenizer, held_out, corpus_tokens, settings):
    golden = {"texts": [dict(text=text, ids=ids(tokenizer, text)) for text in TEXTS], "models": {}}
    for name in ("target", "draft"):
        saved = torch.load(work / f"{name}.pt", map_location="cpu")
        config = settings(name, tokenizer)
        stored = {key: value.bfloat16() for key, value in saved["weights"].items()}
        weights = {key: value.float() for key, value in stored.items()}
        folder = here / name
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
        tokenizer.write(folder / "tokenizer.json")
        safetensors(folder / "model.safetensors", stored)
        loss = train.held_out_loss(weights, config, held_out)
        golden["models"][name] = dict(
            held_out_nats_per_token=loss, held_out_tokens=len(held_out) - 1,
            window=train.CONTEXT, prompts=[run(weights, config, tokenizer, p) for p in PROMPTS])
        if name == "draft":
            arrays = {key: value.numpy() for key, value in weights.items()}
            for kind in ("F16", "Q8_0", "Q4_0"):
                gguf.write(folder / f"draft-{kind.lower()}.gguf", config, arrays, tokenizer, kind)
        count = sum(value.numel() for value in weights.values())
        story(folder / "TRAINING.md", name, config, count, saved["curve"], loss, corpus_tokens)
    (here / "golden.json").write_text(json.dumps(golden, indent=1) + "\n")


def ids(tokenizer, text):
    """With special tokens written in the text taken as themselves."""
    found, rest = [], text
    while rest:
        places = [(rest.find(t), t) for t in tokenizer.tokens[-2:] if t in rest]
        at, special = min(places) if places else (len(rest), "")
        found += tokenizer.encode(rest[:at])
        if special:
            found.append(tokenizer.ids[special])
        rest = rest[at + len(special):]
    return found


def run(weights, config, tokenizer, prompt, count=32):
    """Greedy, in 32 bit with weights rounded to bf16; the closest call tells how sure it is."""
    sequence = [tokenizer.begin, *tokenizer.encode(prompt)]
    first, closest = None, math.inf
    length = len(sequence)
    with torch.no_grad():
        for _ in range(count):
            logits = train.forward(weights, config, torch.tensor([sequence]))[0, -1]
            first = logits if first is None else first
            top = torch.topk(logits, 2)
            closest = min(closest, (top.values[0] - top.values[1]).item())
            sequence.append(top.indices[0].item())
    best = torch.topk(first, 8)
    return dict(
        prompt=prompt, ids=sequence[:length], greedy=sequence[length:],
        text=tokenizer.decode(sequence[length:]), closest_call=round(closest, 6),
        top=[[i, round(v, 5)] for i, v in zip(best.indices.tolist(), best.values.tolist())],
        logits_of_first_16_tokens=[round(v, 5) for v in first[:16].tolist()])


def safetensors(path, weights):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, value in weights.items():
        end = offset + 2 * value.numel()
        header[name] = dict(dtype="BF16", shape=list(value.shape), data_offsets=[offset, end])
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for value in weights.values():
            file.write(value.contiguous().view(torch.int16).numpy().astype("<i2").tobytes())


def story(path, name, config, count, curve, loss, corpus_tokens):
    shown = [point for i, point in enumerate(curve) if i % 2 == 0 or point is curve[-1]]
    rows = "\n".join(
        f"| {p['minutes']} | {p['step']:,} | {p['tokens']:,} | {p['train'] or '–'} "
        f"| {p['held_out']} |" for p in shown)
    path.write_text(f"""# The tiny {name} model

A Llama of {count:,} parameters ({config['num_hidden_layers']} layers, hidden
{config['hidden_size']}, {config['num_attention_heads']} heads of {config['head_dim']},
{config['num_key_value_heads']} of keys and values), stored in bf16. It is here so that everything
that needs a real model can be tried and tested without a download; it writes what looks like
English, no more.

- **Corpus.** Jane Austen's six novels (1811 to 1818; public domain), out of Debian's package
  r-cran-janeaustenr (whose packaging is under the MIT licence): {corpus_tokens:,} tokens. The last
  {held_out_kilobytes():.0f} kB of Persuasion are held out (`../heldout.txt`).
- **Tokenizer.** Byte-level BPE of 2,048 tokens, trained on the same text.
- **Training.** AdamW, {train.BATCHES[name]} × {train.CONTEXT} tokens a step, peak rate
  {train.RATES[name]}, warm-up over 60 steps, then a line to nothing over the given steps; 32 bit,
  one thread of a CPU, seed {train.SEED}. The rate follows the clock, so that another machine's
  run ends elsewhere.
- **Command.** `python3 train.py --work FOLDER` in the folder above (Debian's python3-torch and
  libopenblas0-pthread).
- **Held-out loss** of the stored weights: {loss:.4f} nats per token, perplexity
  {math.exp(loss):.2f} (windows of {train.CONTEXT} tokens that do not overlap).

| minutes | step | tokens seen | training loss (moving mean) | held-out loss |
| --- | --- | --- | --- | --- |
{rows}

During training held-out loss is over the first 20 windows; in the last row over all.
""")


def held_out_kilobytes():
    return train.corpus.HELD_OUT_BYTES / 1000
