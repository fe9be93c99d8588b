"""The tile network: RGB tile in, patch logits, their mean, generator logits and an embedding out.

A MobileNetV2 trunk (Sandler et al. 2018) cut at stride 16, so that each cell of its last map speaks of 16x16 pixels
and little around them; no later layer mixes the whole tile, and the tile's logit is the mean of the patch logits that
the heatmap shows. On demand the stem sees, beside the colours, fixed high-pass residuals, in which the
traces of upsampling and of compression are not drowned by the picture.
"""

from copy import deepcopy

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

# Output channels and strides of MobileNetV2's blocks up to stride 16, and our hidden widths. The early blocks run at high
# resolution, where most of the time goes: there the hidden channels are halved (the strongest of the pretrained ones stay,
# see init.py) and the last block is left out, so that a 256x256 tile costs what the baseline network's does.
OUTPUTS = (16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96)
STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1)
HIDDEN = (32, 48, 72, 72, 96, 96, 192, 384, 384, 384, 384, 576)
# 1.2.0's with the channels gone that it does not use or hardly (init.py, narrow), so that integers of half its time make
# much the same: nine of its stem's 32 channels are always zero. Integer kernels like multiples of 64.
FAST = (16, 48, 64, 64, 64, 64, 128, 256, 256, 256, 320, 384)
PATCH = 16


def half_precision(on: torch.device):
    """bfloat16 wherever it is done in hardware: on a CPU without it the casts cost more than they bring."""
    able = on.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(on.type, torch.bfloat16, enabled=able)


class Residuals(nn.Module):
    """Prediction errors of 1st, 2nd and 3rd order on each colour channel (the kernels of Fridrich and Kodovsky's rich
    models, 2012), scaled and clamped to [-2, 2]. Input in -1..1; no learned
    weights."""

    channels = 9

    def __init__(self):
        super().__init__()
        kernels = torch.zeros(3, 1, 5, 5)
        kernels[0, 0, 2, 2], kernels[0, 0, 2, 3] = -1, 1
        kernels[1, 0, 1:4, 1:4] = torch.tensor([[-1.0, 2, -1], [2, -4, 2], [-1, 2, -1]]) / 4
        kernels[2, 0] = (
            torch.tensor(
                [
                    [-1.0, 2, -2, 2, -1],
                    [2, -6, 8, -6, 2],
                    [-2, 8, -12, 8, -2],
                    [2, -6, 8, -6, 2],
                    [-1, 2, -2, 2, -1],
                ]
            )
            / 12
        )
        self.register_buffer("kernels", kernels.repeat(3, 1, 1, 1))

    def forward(self, x):
        return torch.clamp(
            F.conv2d(F.pad(x, (2, 2, 2, 2), mode="reflect"), self.kernels, groups=3) * 4, -2, 2
        )


def convolution(
    inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1, activate: bool = True
):
    layers = [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, nn.ReLU6()) if activate else nn.Sequential(*layers)


class InvertedResidual(nn.Module):
    def __init__(self, inputs: int, hidden: int, outputs: int, stride: int):
        super().__init__()
        self.expand = convolution(inputs, hidden, 1) if hidden != inputs else nn.Identity()
        self.depthwise = convolution(hidden, hidden, 3, stride, groups=hidden)
        self.project = convolution(hidden, outputs, 1, activate=False)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.depthwise(self.expand(x)))
        return x + y if self.skip else y


class PatchNetwork(nn.Module):
    """What all networks share. Input [N,3,H,W] in -1..1 (`(byte / 255 - 0.5) / 0.5`), H and W multiples of 16. Outputs:
    logit [N,1], patch_logits [N,1,H/16,W/16], generator_logits [N,families], embedding [N,features]."""

    trunk: nn.Sequential
    # Trunk blocks beside the neck whose maps refit.py reads: the last at stride 8, and a later one at stride 16.
    evidence: tuple[int, int]

    def heads(self, channels: int, features: int, families: int, dropout: float) -> None:
        self.neck = convolution(channels, features, 1)
        self.dropout = nn.Dropout(dropout)
        self.patch = nn.Conv2d(features, 1, 1)
        self.generator = nn.Linear(features, families)
        nn.init.normal_(self.patch.weight, std=0.01)

    def entrance(self, x):
        """What comes before the trunk."""
        return x

    def early(self, x, blocks: int):
        """Entrance and the first `blocks` blocks."""
        return self.trunk[:blocks](self.entrance(x))

    def maps(self, y, blocks: int):
        """The neck's maps [N,features,H/16,W/16] from what `early` returned."""
        return self.neck(self.trunk[blocks:](y))

    def read(self, features):
        """The four outputs from the neck's maps."""
        patches = self.patch(self.dropout(features))
        embedding = features.mean((2, 3))
        return (patches.mean((2, 3)), patches, self.generator(self.dropout(embedding)), embedding)

    def forward(self, x):
        return self.read(self.maps(self.early(x, 0), 0))


class TileNetwork(PatchNetwork):
    """The small network."""

    evidence = (5, 9)

    def __init__(
        self,
        families: int,
        features: int = 192,
        residuals: bool = False,
        dropout: float = 0.2,
        hidden: tuple[int, ...] = HIDDEN,
    ):
        """`hidden[0]` channels leave the stem. Where they are no more than the first block's outputs its projection
        brings nothing, as the second block's expansion is linear too, and is left out."""
        super().__init__()
        stem = hidden[0]
        self.stem = nn.Conv2d(3, stem, 3, 2, 1, bias=False)
        self.residuals = Residuals() if residuals else None
        self.residual_stem = nn.Conv2d(Residuals.channels, stem, 3, 2, 1, bias=False) if residuals else None
        self.stem_norm = nn.Sequential(nn.BatchNorm2d(stem), nn.ReLU6())
        blocks: list[nn.Module] = []
        channels = stem
        for width, outputs, stride in zip(hidden, OUTPUTS, STRIDES):
            if not blocks and stem <= outputs:
                blocks.append(convolution(stem, stem, 3, stride, groups=stem))
                continue
            blocks.append(InvertedResidual(channels, width, outputs, stride))
            channels = outputs
        self.trunk = nn.Sequential(*blocks)
        self.heads(channels, features, families, dropout)

    def entrance(self, x):
        y = self.stem(x)
        if self.residuals is not None:
            y = y + self.residual_stem(self.residuals(x))
        return self.stem_norm(y)


def keep_families(network: PatchNetwork, kept: list[int]) -> PatchNetwork:
    """A copy with these generator logits, in this order."""
    copy = deepcopy(network)
    copy.generator = nn.Linear(network.generator.in_features, len(kept))
    copy.generator.load_state_dict({k: v[kept] for k, v in network.generator.state_dict().items()})
    return copy


def folded(network: PatchNetwork) -> PatchNetwork:
    """A copy for inference whose normalisations are folded into the convolutions before them: the same outputs in about
    half the time."""
    copy = deepcopy(network).eval()
    if (
        isinstance(copy, TileNetwork)
        and copy.residuals is None
        and isinstance(copy.stem_norm[0], nn.BatchNorm2d)
    ):
        copy.stem = fuse_conv_bn_eval(copy.stem, copy.stem_norm[0])
        copy.stem_norm[0] = nn.Identity()
    for sequence in [m for m in copy.modules() if isinstance(m, nn.Sequential)]:
        if (
            len(sequence) >= 2
            and isinstance(sequence[0], nn.Conv2d)
            and isinstance(sequence[1], nn.BatchNorm2d)
        ):
            sequence[0] = fuse_conv_bn_eval(sequence[0], sequence[1])
            sequence[1] = nn.Identity()
    return copy
