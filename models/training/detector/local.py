"""A published idea for comparison, trained on the same pictures: LaDeDa (Cavia et al. 2024), which holds that a few pixels
are enough. Differences of neighbouring pixels go in, no feature sees more than 9x9 of them, and the answer is the mean over
all cells. Our own reading of the paper, not its code: three colours, one scale, wider than its "tiny" version."""

import torch
import torch.nn.functional as F
from torch import nn

from .network import PATCH, PatchNetwork, convolution


class LocalNetwork(PatchNetwork):
    def __init__(self, families: int, width: int = 32, dropout: float = 0.0):
        super().__init__()
        self.trunk = nn.Sequential(
            convolution(6, width, 3, 2),
            *(convolution(width, width, 1) for _ in range(2)),
            convolution(width, width, 3),
            convolution(width, width, 1),
            nn.AvgPool2d(PATCH // 2),
        )
        self.heads(width, width, families, dropout)

    def entrance(self, x):
        right = F.pad(x[..., :, 1:] - x[..., :, :-1], (0, 1, 0, 0))
        down = F.pad(x[..., 1:, :] - x[..., :-1, :], (0, 0, 0, 1))
        return torch.cat([right, down], 1) * 4
