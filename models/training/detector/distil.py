"""A large trained network teaches a small one (Hinton et al. 2015): its probabilities on each augmented crop, and its
last maps cell by cell (Romero et al. 2015), which say far more a crop than one label does."""

import torch
import torch.nn.functional as F
from torch import nn

from .network import PatchNetwork
from .sampling import IGNORED


class Teacher:
    def __init__(self, network: PatchNetwork, student: PatchNetwork, on: torch.device):
        self.network = network.eval().to(on, memory_format=torch.channels_last)
        # The student's maps must only hold the teacher's, not be them.
        self.projection = nn.Conv2d(student.neck[0].out_channels, network.neck[0].out_channels, 1).to(on)

    @torch.no_grad()
    def __call__(self, images: torch.Tensor):
        maps = self.network.maps(self.network.early(images, 0), 0)
        logit, _, generator, _ = self.network.read(maps)
        return maps.float(), logit.float(), generator.float()

    def loss(self, taught, maps, logit, generator, families, generator_weight: float) -> torch.Tensor:
        """Cross entropies against the teacher's answers, and the share of its maps' variance that the student's leave
        unexplained. `taught`: what a call returned; the others are the student's."""
        teacher_maps, teacher_logit, teacher_generator = taught
        spread = teacher_maps.std((0, 2, 3), keepdim=True) + 1e-3
        target = (teacher_maps - teacher_maps.mean((0, 2, 3), keepdim=True)) / spread
        loss = F.binary_cross_entropy_with_logits(logit, teacher_logit.sigmoid())
        loss = loss + F.mse_loss(self.projection(maps), target)
        generated = families != IGNORED
        if generated.any():
            soft = teacher_generator[generated].softmax(1)
            loss = loss + generator_weight * F.cross_entropy(generator[generated], soft)
        return loss
