"""The large tile network: an Inception v3 trunk (Szegedy et al. 2016) cut at stride 16.

Dense convolutions, ten times the arithmetic of the small network's depthwise ones: for GPUs, for processors with matrix
units, and as teacher of the small network. Strides are padded so that a map's cell stands for exactly 16x16 pixels.

Started from public ImageNet weights: those of the npm package `nsfwjs` 4.4.0 (MIT), whose Inception v3 keeps Keras'
weights (Apache-2.0) frozen up to `mixed5`; see init.py for the package.
"""

import numpy as np
import torch
from torch import nn

from .network import PatchNetwork


def unit(inputs: int, outputs: int, kernel: int | tuple[int, int], stride: int = 1) -> nn.Sequential:
    height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, (height, width), stride, (height // 2, width // 2), bias=False),
        nn.BatchNorm2d(outputs, eps=1e-3),
        nn.ReLU(),
    )


class Mixed(nn.Module):
    """Branches side by side, their maps one after the other; `pooled` is what the averaged input goes through."""

    def __init__(self, branches: list[list[nn.Module]], pool: nn.Module):
        super().__init__()
        self.branches = nn.ModuleList([nn.Sequential(*b) for b in branches])
        self.pool = pool

    def forward(self, x):
        return torch.cat([*(branch(x) for branch in self.branches), self.pool(x)], 1)


def averaged(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), unit(inputs, outputs, 1))


def square(inputs: int, pooled: int) -> Mixed:
    """The 35x35 stage's block: 1x1, 5x5, two 3x3."""
    return Mixed(
        [
            [unit(inputs, 64, 1)],
            [unit(inputs, 48, 1), unit(48, 64, 5)],
            [unit(inputs, 64, 1), unit(64, 96, 3), unit(96, 96, 3)],
        ],
        averaged(inputs, pooled),
    )


def reduction(inputs: int) -> Mixed:
    return Mixed(
        [[unit(inputs, 384, 3, 2)], [unit(inputs, 64, 1), unit(64, 96, 3), unit(96, 96, 3, 2)]],
        nn.MaxPool2d(3, 2, 1),
    )


def factorised(width: int) -> Mixed:
    """The 17x17 stage's block: 7x7 as rows and columns."""
    row, column = (1, 7), (7, 1)
    return Mixed(
        [
            [unit(768, 192, 1)],
            [unit(768, width, 1), unit(width, width, row), unit(width, 192, column)],
            [
                unit(768, width, 1),
                unit(width, width, column),
                unit(width, width, row),
                unit(width, width, column),
                unit(width, 192, row),
            ],
        ],
        averaged(768, 192),
    )


class LargeTileNetwork(PatchNetwork):
    evidence = (9, 11)

    def __init__(self, families: int, features: int = 256, dropout: float = 0.2):
        super().__init__()
        self.trunk = nn.Sequential(
            unit(3, 32, 3, 2),
            unit(32, 32, 3),
            unit(32, 64, 3),
            nn.MaxPool2d(3, 2, 1),
            unit(64, 80, 1),
            unit(80, 192, 3),
            nn.MaxPool2d(3, 2, 1),
            square(192, 32),
            square(256, 64),
            square(288, 64),
            reduction(288),
            factorised(128),
            factorised(160),
            factorised(160),
        )
        self.heads(768, features, families, dropout)


def load_inception(network: LargeTileNetwork, tensors: dict[str, np.ndarray]) -> None:
    """Keras numbers the convolutions in the order in which its blocks make them, which is this module's own."""
    units = [
        m for m in network.trunk.modules() if isinstance(m, nn.Sequential) and isinstance(m[0], nn.Conv2d)
    ]
    with torch.no_grad():
        for i, (convolution, norm, _) in enumerate(units, 1):
            convolution.weight.copy_(
                torch.from_numpy(tensors[f"conv2d_{i}/kernel"].transpose(3, 2, 0, 1).copy())
            )
            name = f"batch_normalization_{i}"
            norm.bias.copy_(torch.from_numpy(tensors[f"{name}/beta"]))
            norm.running_mean.copy_(torch.from_numpy(tensors[f"{name}/moving_mean"]))
            norm.running_var.copy_(torch.from_numpy(tensors[f"{name}/moving_variance"]))
