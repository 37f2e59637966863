"""Writes Llama-family weights as a GGUF file of version 3.

After ggml's gguf.md and llama.cpp's converter: query and key rows are put so that the two numbers
that a rotary position turns are neighbours; vectors stay 32 bit.
"""

import struct

import numpy

UINT32, FLOAT32, BOOL, STRING, ARRAY, INT32 = 4, 6, 7, 8, 9, 5
TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 8}
ALIGNMENT = 32
NAMES = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def write(path, config, weights, tokenizer, kind):
    """Weights are float32 arrays under Hugging Face's names; kind is F16, Q8_0 or Q4_0."""
    pairs = metadata(config, tokenizer)
    tensors = [(rename(name), *encode(order(name, array, config), kind))
               for name, array in weights.items()]
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(pairs))
    for key, value_type, value in pairs:
        head += text(key) + struct.pack("<I", value_type) + value
    offset = 0
    for name, shape, kind_number, data in tensors:
        head += text(name) + struct.pack("<I", len(shape))
        head += struct.pack(f"<{len(shape)}Q", *reversed(shape))
        head += struct.pack("<IQ", kind_number, offset)
        offset += padded(len(data))
    with open(path, "wb") as file:
        file.write(head.ljust(padded(len(head)), b"\0"))
        for *_, data in tensors:
            file.write(data.ljust(padded(len(data)), b"\0"))


def metadata(config, tokenizer):
    tokens = tokenizer.tokens
    kinds = [3 if i in (tokenizer.begin, tokenizer.end) else 1 for i in range(len(tokens))]
    whole = dict(
        block_count="num_hidden_layers", context_length="max_position_embeddings",
        embedding_length="hidden_size", feed_forward_length="intermediate_size",
        vocab_size="vocab_size")
    whole = {f"llama.{key}": config[name] for key, name in whole.items()}
    whole["llama.attention.head_count"] = config["num_attention_heads"]
    whole["llama.attention.head_count_kv"] = config["num_key_value_heads"]
    whole["llama.attention.key_length"] = config["head_dim"]
    whole["llama.attention.value_length"] = config["head_dim"]
    whole["llama.rope.dimension_count"] = config["head_dim"]
    whole["tokenizer.ggml.bos_token_id"] = tokenizer.begin
    whole["tokenizer.ggml.eos_token_id"] = tokenizer.end
    return [
        ("general.architecture", STRING, text("llama")),
        *((key, UINT32, struct.pack("<I", value)) for key, value in whole.items()),
        ("llama.attention.layer_norm_rms_epsilon", FLOAT32,
         struct.pack("<f", config["rms_norm_eps"])),
        ("llama.rope.freq_base", FLOAT32, struct.pack("<f", config["rope_theta"])),
        ("tokenizer.ggml.model", STRING, text("gpt2")),
        ("tokenizer.ggml.pre", STRING, text("gpt-2")),
        ("tokenizer.ggml.add_bos_token", BOOL, b"\1"),
        ("tokenizer.ggml.tokens", ARRAY, array(STRING, [text(token) for token in tokens])),
        ("tokenizer.ggml.token_type", ARRAY,
         array(INT32, [struct.pack("<i", kind) for kind in kinds])),
        ("tokenizer.ggml.merges", ARRAY,
         array(STRING, [text(a + " " + b) for a, b in tokenizer.merges])),
    ]


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def array(value_type, items):
    return struct.pack("<IQ", value_type, len(items)) + b"".join(items)


def padded(length):
    return -(-length // ALIGNMENT) * ALIGNMENT


def rename(name):
    whole = {"model.embed_tokens.weight": "token_embd.weight",
             "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight"}
    if name in whole:
        return whole[name]
    _, _, layer, rest = name.split(".", 3)
    return f"blk.{layer}.{NAMES[rest[:-len('.weight')]]}.weight"


def order(name, weight, config):
    if "q_proj" in name:
        heads = config["num_attention_heads"]
    elif "k_proj" in name:
        heads = config["num_key_value_heads"]
    else:
        return weight
    rows, columns = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def encode(weight, kind):
    """Shape, type number, bytes."""
    if weight.ndim == 1:
        return weight.shape, TYPES["F32"], weight.astype("<f4").tobytes()
    data = {"F16": half, "Q8_0": eight_bit, "Q4_0": four_bit}[kind](weight)
    return weight.shape, TYPES[kind], data


def half(weight):
    return weight.astype("<f2").tobytes()


def eight_bit(weight):
    blocks = weight.reshape(-1, 32)
    scale = numpy.abs(blocks).max(1, keepdims=True) / 127
    inverse = numpy.divide(1, scale, out=numpy.zeros_like(scale), where=scale != 0)
    numbers = numpy.round(blocks * inverse).astype("i1")
    return numpy.concatenate((scale.astype("<f2").view("u1"), numpy.ascontiguousarray(
        numbers).view("u1")), 1).tobytes()


def four_bit(weight):
    blocks = weight.reshape(-1, 32)
    at = numpy.abs(blocks).argmax(1)
    scale = blocks[numpy.arange(len(blocks)), at][:, None] / -8
    inverse = numpy.divide(1, scale, out=numpy.zeros_like(scale), where=scale != 0)
    numbers = numpy.minimum(15, (blocks * inverse + 8.5).astype("u1"))
    pairs = numbers[:, :16] | (numbers[:, 16:] << 4)
    return numpy.concatenate((scale.astype("<f2").view("u1"), pairs), 1).tobytes()
