"""all-MiniLM-L6-v2 as a plain numpy forward pass (BERT: Devlin et al. 2018), from the files of a wheel that carries its weights.

Nothing of the wheel is executed. Each of its files that is used must have the hash that is pinned here.
"""
import hashlib
import os
import zipfile

import numpy as np
from safetensors.numpy import load
from scipy.special import erf
from tokenizers import Tokenizer

HASHES = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
CLS, SEP, HEADS = 101, 102, 12


def read_wheel(path):
    files = {}
    with zipfile.ZipFile(path) as wheel:
        for member in wheel.namelist():
            name = os.path.basename(member)
            if name in HASHES:
                files[name] = wheel.read(member)
                if hashlib.sha256(files[name]).hexdigest() != HASHES[name]:
                    raise SystemExit(f"{path}: {member} is not the file this recipe was made with")
    missing = HASHES.keys() - files.keys()
    if missing:
        raise SystemExit(f"{path}: lacks {', '.join(sorted(missing))}")
    return files


class Model:
    def __init__(self, wheel):
        files = read_wheel(wheel)
        self.weights = {name: np.ascontiguousarray(w, np.float32) if w.dtype.kind == "f" else w
                        for name, w in load(files["model.safetensors"]).items()}
        self.tokenizer = Tokenizer.from_str(files["tokenizer.json"].decode())
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.vocabulary = files["vocab.txt"].decode().splitlines()

    def tokens(self, texts):
        """The ids of each text's word pieces, without [CLS] and [SEP]."""
        return [e.ids for e in self.tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def embed(self, sequences, batch_tokens=6144, progress=None):
        """One vector for each sequence of ids: [CLS] ids [SEP], the mean over all positions, not normalised."""
        sequences = [[CLS, *ids[:254], SEP] for ids in sequences]
        order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
        out = np.empty((len(sequences), 384), np.float32)
        start = 0
        while start < len(order): # a batch is of one length: no padding, no mask
            length = len(sequences[order[start]])
            end = start
            while end < len(order) and len(sequences[order[end]]) == length and (end - start) * length < batch_tokens:
                end += 1
            batch = order[start:end]
            out[batch] = self.forward(np.array([sequences[i] for i in batch])).mean(axis=1)
            start = end
            if progress:
                progress(start, len(order))
        return out

    def linear(self, x, name):
        return x @ self.weights[name + ".weight"].T + self.weights[name + ".bias"]

    def norm(self, x, name):
        x = x - x.mean(axis=1, keepdims=True)
        x /= np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-12)
        return x * self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def attention(self, x, shape, layer):
        n, length, width = shape
        heads = lambda name: (self.linear(x, f"{layer}.attention.self.{name}")
                              .reshape(n, length, HEADS, width // HEADS).transpose(0, 2, 1, 3))
        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.sqrt(np.float32(width // HEADS))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(n * length, width)
        return self.linear(mixed, f"{layer}.attention.output.dense")

    def forward(self, ids):
        w, (n, length) = self.weights, ids.shape
        x = (w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
             + w["embeddings.token_type_embeddings.weight"][0])
        shape = x.shape
        x = self.norm(x.reshape(n * length, -1), "embeddings.LayerNorm") # flat: one large product a layer
        for i in range(6):
            layer = f"encoder.layer.{i}"
            x = self.norm(x + self.attention(x, shape, layer), f"{layer}.attention.output.LayerNorm")
            h = self.linear(x, f"{layer}.intermediate.dense")
            h = h * np.float32(0.5) * (1 + erf(h * np.float32(np.sqrt(0.5))))
            x = self.norm(x + self.linear(h, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return x.reshape(shape)


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)
