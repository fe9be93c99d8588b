"""Starts a trunk from public ImageNet weights: here MobileNetV2's, in inception.py the large network's.

They are taken from the npm package `nsfwjs` 4.4.0 (MIT; its first eleven blocks are Keras' ImageNet weights, Apache-2.0,
left frozen when that package's head was trained), which holds them as 8-bit integers with a scale a tensor.
`scripts` there are plain JavaScript strings, so `node` unpacks them:

    npm pack nsfwjs@4.4.0 && tar xzf nsfwjs-4.4.0.tgz
    python -m detector init --package package --out mobilenet_v2.npz
    python -m detector init --package package --out inception_v3.npz --network large

Nothing else of the package is used. Without this file training starts from random weights (EXPERIMENTS.md has the
difference).
"""

import json
import os
import subprocess

import numpy as np

from .network import convolution

_UNPACK = """
const {join} = require('path'), d = join(process.argv[1], 'dist/models', process.argv[2])
const groups = require(join(d, 'model.min.js')).weightsManifest
const shards = groups.flatMap((g) => g.paths.map((p) => require(join(d, `${p}.min.js`))))
const bytes = Buffer.concat(shards.map((s) => Buffer.from(s.default ?? s, 'base64')))
process.stdout.write(JSON.stringify({m: groups.flatMap((g) => g.weights), b: bytes.toString('base64')}))
"""


def read_package(folder: str, model: str = "mobilenet_v2") -> dict[str, np.ndarray]:
    """Tensors of one of the package's models by Keras name, dequantised to float32."""
    import base64

    out = subprocess.run(
        ["node", "-e", _UNPACK, os.path.abspath(folder), model], check=True, capture_output=True, text=True
    ).stdout
    data = json.loads(out)
    raw, offset, tensors = base64.b64decode(data["b"]), 0, {}
    for weight in data["m"]:
        count, q = int(np.prod(weight["shape"])), weight["quantization"]
        values = np.frombuffer(raw, np.uint8, count, offset).astype(np.float32)
        tensors[weight["name"]] = (values * q["scale"] + q["min"]).reshape(weight["shape"])
        offset += count
    return tensors


def load_trunk(network, tensors: dict[str, np.ndarray]) -> None:
    """Copies stem and trunk into a network of the full hidden widths. Running statistics are copied too, but the 8-bit
    ones are crude: `refresh_statistics` before training."""
    import torch

    def put(target, values):
        with torch.no_grad():
            target.copy_(torch.from_numpy(np.ascontiguousarray(values)))

    def norm(layer, name):
        put(layer.weight, tensors[f"{name}/gamma"])
        put(layer.bias, tensors[f"{name}/beta"])
        put(layer.running_mean, tensors[f"{name}/moving_mean"])
        put(layer.running_var, tensors[f"{name}/moving_variance"] + 1e-3)  # Keras' epsilon

    put(network.stem.weight, tensors["Conv1/kernel"].transpose(3, 2, 0, 1))
    norm(network.stem_norm[0], "bn_Conv1")
    if network.residual_stem is not None:
        torch.nn.init.zeros_(network.residual_stem.weight)
    for i, block in enumerate(network.trunk):
        name = f"block_{i}" if i else "expanded_conv"
        if i:
            put(block.expand[0].weight, tensors[f"{name}_expand/kernel"].transpose(3, 2, 0, 1))
            norm(block.expand[1], f"{name}_expand_BN")
        put(block.depthwise[0].weight, tensors[f"{name}_depthwise/depthwise_kernel"].transpose(2, 3, 0, 1))
        norm(block.depthwise[1], f"{name}_depthwise_BN")
        put(block.project[0].weight, tensors[f"{name}_project/kernel"].transpose(3, 2, 0, 1))
        norm(block.project[1], f"{name}_project_BN")


FULL_HIDDEN = (32, 96, 144, 144, 192, 192, 192, 384, 384, 384, 384, 576)


def pretrained_trunk(network, tensors: dict[str, np.ndarray], images, refresh) -> None:
    """ImageNet's trunk, narrowed to `network`'s hidden widths. `images`: normalised [N,3,H,W] of the pictures to come;
    `refresh(network)` estimates the running statistics anew."""
    from .network import TileNetwork

    full = TileNetwork(2, residuals=network.residuals is not None, hidden=FULL_HIDDEN).to(images.device)
    load_trunk(full, tensors)
    refresh(full)
    narrow(full, network, images)


def narrow(full, network, images) -> None:
    """Makes of `full` a network of fewer hidden channels. Each block keeps those from which its projection makes best what
    the full block made, and the projection is solved anew, so that it also makes good what earlier blocks lost (least
    squares on sampled pixels of `images`, normalised [N,3,H,W]; He et al. 2017). Without this a frozen narrowed block hands
    on damaged features. Neck and heads are left alone."""
    import torch

    full.eval()
    network.eval()
    with torch.no_grad():
        x = full.entrance(images)
        first, expand = network.trunk[0], None
        keep = torch.arange(len(full.stem.weight))
        if isinstance(first, torch.nn.Sequential):  # without projection: the second block expands what it hands on
            hidden, wide = full.trunk[0].depthwise(x), full.trunk[1].expand
            wanted = _pixels(wide[1](wide[0](full.trunk[0].project(hidden))))
            keep = _best_channels(_pixels(hidden), wanted, len(network.stem.weight))
            _copy_rows(full.trunk[0].depthwise, first, keep)
            expand = convolution(len(keep), len(wide[0].weight), 1).eval()
            _solve(expand, _pixels(hidden[:, keep]), wanted)
        _copy_rows([full.stem, full.stem_norm[0]], [network.stem, network.stem_norm[0]], keep)
        if network.residual_stem is not None:
            _copy_rows([full.residual_stem], [network.residual_stem], keep)
        y = network.entrance(images)
        for wide, slim in zip(full.trunk, network.trunk):
            x, before = wide(x), x
            if slim is first and expand is not None:
                y = slim(y)
                continue
            hidden = wide.depthwise(wide.expand(before))
            keep = _best_channels(_pixels(hidden), _pixels(wide.project(hidden)), len(slim.depthwise[0].weight))
            if isinstance(slim.expand, torch.nn.Sequential):
                _copy_rows(expand or wide.expand, slim.expand, keep)
            _copy_rows(wide.depthwise, slim.depthwise, keep)
            expand = None
            wanted = x - y if slim.skip else x
            _solve(slim.project, _pixels(slim.depthwise(slim.expand(y))), _pixels(wanted))
            y = slim(y)


def _copy_rows(layers, own, keep) -> None:
    """Output channels `keep` of convolutions and normalisations."""
    for source, target in zip(layers, own):
        for name, value in source.state_dict().items():
            target.state_dict()[name].copy_(value[keep] if value.dim() else value)


def _pixels(maps):
    """[N,C,H,W] to [N*H*W,C]."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def _moments(given, wanted, samples: int = 40_000):
    """Of sampled rows: given's and wanted's mean, given's covariance (with a ridge) and that of the two."""
    import torch

    chosen = torch.randperm(len(given), generator=torch.Generator().manual_seed(1))[:samples].to(given.device)
    h, t = given[chosen].double(), wanted[chosen].double()
    centred = h - h.mean(0)
    ridge = 1e-4 * torch.eye(h.shape[1], dtype=h.dtype, device=h.device) * (centred**2).mean()
    own, cross = centred.T @ centred / len(h) + ridge, centred.T @ (t - t.mean(0)) / len(h)
    return h.mean(0), t.mean(0), own, cross


def _best_channels(given, wanted, count: int):
    """Of given's channels the `count` (sorted) that a linear map to `wanted`, each of its channels scaled to one, needs
    most, by backward elimination: dropping channel c costs |B_c|^2 / (G^-1)_cc (the surgeon's rule)."""
    import torch

    _, _, own, cross = _moments(given, wanted / (wanted.std(0) + 1e-6))
    inverse = torch.linalg.inv(own)
    solution, left = inverse @ cross, torch.ones(len(own), dtype=torch.bool, device=own.device)
    for _ in range(len(own) - count):
        cost = (solution**2).sum(1) / inverse.diagonal()
        worst = int(cost.where(left, torch.inf).argmin())
        left[worst] = False
        column = inverse[:, worst : worst + 1] / inverse[worst, worst]
        solution = solution - column @ solution[worst : worst + 1]
        inverse = inverse - column @ inverse[worst : worst + 1]
    return left.nonzero()[:, 0]


def _solve(layers, given, wanted) -> None:
    """Ridge regression [n,inputs] to [n,channels] into a 1x1 convolution and its normalisation, which is set so that it
    changes nothing."""
    import torch

    before, after, own, cross = _moments(given, wanted)
    solution = torch.linalg.solve(own, cross)
    convolution, norm = layers[0], layers[1]
    convolution.weight.copy_(solution.T[:, :, None, None].float())
    norm.running_mean.copy_((before @ solution).float())
    norm.running_var.copy_((solution * (own @ solution)).sum(0).float())
    norm.weight.copy_((norm.running_var + norm.eps).sqrt())
    norm.bias.copy_(after.float())
