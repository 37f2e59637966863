"""Trains the two tiny models. One command makes everything beside this file:

    python3 train.py --work /tmp/tiny --steps-target 2208 --steps-draft 1222

It needs Debian's python3-torch and no network but Debian's package of the corpus. A file named
"stop" in the work folder ends the model in training early; "--finish" only writes files again
from the checkpoints.
"""

import argparse
import json
import math
import pathlib
import time

import numpy
import torch
import torch.nn.functional as F

import bpe
import corpus
import export

SEED = 20240117
VOCABULARY = 2048
CONTEXT = 256
SHAPES = {
    "target": dict(hidden_size=256, num_hidden_layers=6, num_attention_heads=4,
                   num_key_value_heads=2, head_dim=64, intermediate_size=768,
                   tie_word_embeddings=False),
    "draft": dict(hidden_size=128, num_hidden_layers=2, num_attention_heads=4,
                  num_key_value_heads=2, head_dim=32, intermediate_size=384,
                  tie_word_embeddings=True),
}
RATES = {"target": 2e-3, "draft": 4e-3}
BATCHES = {"target": 4, "draft": 8}


def settings(name, tokenizer):
    return dict(
        architectures=["LlamaForCausalLM"], model_type="llama", hidden_act="silu",
        max_position_embeddings=1024, rms_norm_eps=1e-5, rope_theta=10000.0,
        attention_bias=False, mlp_bias=False, vocab_size=VOCABULARY,
        bos_token_id=tokenizer.begin, eos_token_id=tokenizer.end, torch_dtype="bfloat16",
        initializer_range=0.02, **SHAPES[name])


def create(config, generator):
    """Weights under the names of Hugging Face's checkpoints."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    layers = config["num_hidden_layers"]
    shapes = {"model.embed_tokens.weight": (VOCABULARY, hidden)}
    for layer in range(layers):
        at = f"model.layers.{layer}."
        shapes[at + "input_layernorm.weight"] = (hidden,)
        shapes[at + "self_attn.q_proj.weight"] = (queries, hidden)
        shapes[at + "self_attn.k_proj.weight"] = (keys, hidden)
        shapes[at + "self_attn.v_proj.weight"] = (keys, hidden)
        shapes[at + "self_attn.o_proj.weight"] = (hidden, queries)
        shapes[at + "post_attention_layernorm.weight"] = (hidden,)
        shapes[at + "mlp.gate_proj.weight"] = (inner, hidden)
        shapes[at + "mlp.up_proj.weight"] = (inner, hidden)
        shapes[at + "mlp.down_proj.weight"] = (hidden, inner)
    shapes["model.norm.weight"] = (hidden,)
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (VOCABULARY, hidden)
    weights = {}
    for name, shape in shapes.items():
        if len(shape) == 1:
            weights[name] = torch.ones(shape)
        else:
            deviation = 0.02 if "embed" in name else shape[1] ** -0.5 * 0.6
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                deviation /= math.sqrt(2 * layers)
            weights[name] = torch.randn(shape, generator=generator) * deviation
    return weights


def normalise(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * weight


def rotate(x, cosine, sine):
    """Rotary positions, the first half of a head paired with the second."""
    half = x.shape[-1] // 2
    turned = torch.cat((-x[..., half:], x[..., :half]), -1)
    return x * cosine + turned * sine


def forward(weights, config, tokens):
    """Logits of every position; tokens is [batch, length]."""
    count, length = tokens.shape
    head, epsilon = config["head_dim"], config["rms_norm_eps"]
    query_heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    steps = torch.arange(0, head, 2, device=tokens.device).float() / head
    angles = torch.outer(torch.arange(length, device=tokens.device).float(),
                         config["rope_theta"] ** -steps)
    cosine, sine = (torch.cat((f(angles), f(angles)), -1) for f in (torch.cos, torch.sin))
    mask = torch.full((length, length), float("-inf"), device=tokens.device).triu(1)
    x = F.embedding(tokens, weights["model.embed_tokens.weight"])
    for layer in range(config["num_hidden_layers"]):
        def w(name):
            return weights[f"model.layers.{layer}.{name}.weight"]
        y = normalise(x, w("input_layernorm"), epsilon)
        q, k, v = (
            F.linear(y, w(f"self_attn.{part}_proj")).view(count, length, heads, head)
            .transpose(1, 2)
            for part, heads in (("q", query_heads), ("k", key_heads), ("v", key_heads)))
        q, k = rotate(q, cosine, sine), rotate(k, cosine, sine)
        k, v = (part.repeat_interleave(query_heads // key_heads, 1) for part in (k, v))
        scores = torch.softmax(q @ k.transpose(-1, -2) * head ** -0.5 + mask, -1)
        y = (scores @ v).transpose(1, 2).reshape(count, length, -1)
        x = x + F.linear(y, w("self_attn.o_proj"))
        y = normalise(x, w("post_attention_layernorm"), epsilon)
        y = F.silu(F.linear(y, w("mlp.gate_proj"))) * F.linear(y, w("mlp.up_proj"))
        x = x + F.linear(y, w("mlp.down_proj"))
    x = normalise(x, weights["model.norm.weight"], epsilon)
    head_name = "model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"
    return F.linear(x, weights[head_name])


def held_out_loss(weights, config, ids, windows=None):
    """Mean negative log-likelihood per token, in nats, over windows that do not overlap."""
    total = tokens = 0
    starts = range(0, len(ids) - 1, CONTEXT)
    with torch.no_grad():
        for start in list(starts)[:windows]:
            piece = ids[start:start + CONTEXT + 1].unsqueeze(0)
            logits = forward(weights, config, piece[:, :-1])
            total += F.cross_entropy(logits[0].float(), piece[0, 1:], reduction="sum").item()
            tokens += piece.shape[1] - 1
    return total / tokens


def train(name, config, ids, held_out, steps, work, device):
    generator = torch.Generator().manual_seed(SEED)
    weights = {k: v.to(device).requires_grad_() for k, v in create(config, generator).items()}
    groups = [dict(params=[v for v in weights.values() if v.dim() == 2], weight_decay=0.1),
              dict(params=[v for v in weights.values() if v.dim() == 1], weight_decay=0.0)]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.95))
    batch, curve, step, begin = BATCHES[name], [], 0, time.monotonic()
    average = None
    while True:
        elapsed = (time.monotonic() - begin) / 60
        is_last = step >= steps or (work / "stop").exists()
        if is_last or step % max(1, steps // 10) == 0:
            loss = held_out_loss(weights, config, held_out, None if is_last else 20)
            curve.append(dict(minutes=round(elapsed, 1), step=step, tokens=step * batch * CONTEXT,
                              train=round(average or 0, 3), held_out=round(loss, 3)))
            print(name, curve[-1], flush=True)
            torch.save(dict(weights={k: v.detach().cpu() for k, v in weights.items()},
                            curve=curve), work / f"{name}.pt")
        if is_last:
            return
        # Warm-up, then a line down to nothing over the steps that are given.
        rate = RATES[name] * min(1.0, (step + 1) / 60) * max(0.01, 1 - step / steps)
        for group in optimiser.param_groups:
            group["lr"] = rate
        starts = torch.randint(len(ids) - CONTEXT - 1, (batch,), generator=generator)
        piece = torch.stack([ids[s:s + CONTEXT + 1] for s in starts.tolist()])
        logits = forward(weights, config, piece[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), piece[:, 1:].flatten())
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(weights.values()), 1.0)
        optimiser.step()
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        step += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--steps-target", type=int, default=2208)
    parser.add_argument("--steps-draft", type=int, default=1222)
    parser.add_argument("--finish", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    work, here = arguments.work, pathlib.Path(__file__).parent
    novels, held_out_text = corpus.split(work / "corpus")
    merges_file = work / "merges.json"
    if not merges_file.exists():
        merges_file.write_text(json.dumps(bpe.train(novels, VOCABULARY)))
    tokenizer = bpe.Tokenizer([tuple(pair) for pair in json.loads(merges_file.read_text())])
    ids = [token for text in novels for token in
           [tokenizer.begin, *tokenizer.encode(text), tokenizer.end]]
    print(f"{sum(map(len, novels)):,} characters, {len(ids):,} tokens", flush=True)
    held_out = tokenizer.encode(held_out_text)
    ids, held_out_ids = (torch.tensor(numpy.array(x), device=device) for x in (ids, held_out))
    steps = dict(draft=arguments.steps_draft, target=arguments.steps_target)
    for name in steps:
        config = settings(name, tokenizer)
        if not arguments.finish:
            train(name, config, ids, held_out_ids, steps[name], work, device)
    (here / "heldout.txt").write_text(held_out_text)
    export.write_all(here, work, tokenizer, held_out_ids.cpu(), len(ids), settings)


if __name__ == "__main__":
    main()
