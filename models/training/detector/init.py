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
    """Makes of `full` a network of fewer hidden channels: each block keeps its strongest (the largest scale after the
    depthwise convolution times the norm of what the projection makes of them), and its projection is solved anew, so that
    from them it makes what the full block made (least squares on sampled pixels of `images`, normalised [N,3,H,W]; He et
    al. 2017). Without this a frozen narrowed block hands on damaged features. Neck and heads are left alone."""
    import torch

    full.eval()
    network.eval()
    with torch.no_grad():
        for name in ("stem", "stem_norm", "residual_stem"):
            if getattr(network, name) is not None:
                getattr(network, name).load_state_dict(getattr(full, name).state_dict())
        x = full.early(images, 0)
        y = x
        for wide, slim in zip(full.trunk, network.trunk):
            target = wide.project(wide.depthwise(wide.expand(x)))
            if slim.depthwise[0].out_channels == wide.depthwise[0].out_channels:
                slim.load_state_dict(wide.state_dict())
            else:
                _keep_strongest(wide, slim)
                _solve_projection(slim, slim.depthwise(slim.expand(y)), target)
            x = x + target if wide.skip else target
            y = slim(y)


def _keep_strongest(wide, slim) -> None:
    strength = wide.depthwise[1].weight.abs() * wide.project[0].weight.flatten(1).norm(dim=0)
    keep = strength.argsort(descending=True)[: slim.depthwise[0].out_channels].sort()[0]
    for name in ("expand", "depthwise"):
        layers = getattr(slim, name), getattr(wide, name)
        if any(len(list(layer.parameters())) == 0 for layer in layers):
            continue  # as many hidden channels as inputs: nothing expands them
        for own, other in zip(*layers):
            for key, value in other.state_dict().items():
                target = own.state_dict()[key]
                target.copy_(value[keep] if value.dim() else value)


def _solve_projection(block, hidden, target, samples: int = 40_000) -> None:
    """Ridge regression from hidden to target channels; normalisation set so that it changes nothing."""
    import torch

    h = hidden.permute(0, 2, 3, 1).reshape(-1, hidden.shape[1]).double()
    t = target.permute(0, 2, 3, 1).reshape(-1, target.shape[1]).double()
    chosen = torch.randperm(len(h), generator=torch.Generator().manual_seed(1))[:samples].to(h.device)
    h, t = h[chosen], t[chosen]
    centred, mean = h - h.mean(0), t.mean(0)
    ridge = 1e-3 * torch.eye(h.shape[1], dtype=h.dtype, device=h.device) * (centred**2).mean()
    solution = torch.linalg.solve(centred.T @ centred / len(h) + ridge, centred.T @ (t - mean) / len(h))
    made = centred @ solution
    norm = block.project[1]
    block.project[0].weight.copy_(solution.T[:, :, None, None].float())
    norm.running_mean.copy_((h.mean(0) @ solution).float())
    norm.running_var.copy_(made.var(0).float())
    norm.weight.copy_((norm.running_var + norm.eps).sqrt())
    norm.bias.copy_(mean.float())
