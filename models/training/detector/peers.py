"""Released detectors on the same images, through the same tiles, conditions and figures as our own: FerretNet-S
(`xigua7105/FerretNet`, Apache-2.0) and Tiny-LaDeDa (`barcavia/RealTime-DeepfakeDetection-in-the-RealWorld`, research
licence). Code and weights are read from a folder of the repository and stay there."""

import importlib.util
import os

import numpy as np
import torch

from .calibration import Calibrated, platt
from .evaluate import detection_figures
from .scoring import score

# Files of the repositories that a folder must hold, by peer.
FERRETNET = ("src/model/ferretnet.py", "src/model/lpd.py", "checkpoints/4cls_ckpt/ferretnet-s-median-3.pth")
LADEDA = ("networks/Tiny_LaDeDa.py", "weights/Tiny_LaDeDa/{}_Tiny_LaDeDa.pth")
CLIP = ((0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711))
FITTED = ("native", "matched")  # what their probabilities are fitted under
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


class Peer:
    """A released network as a callable like ours: tiles as byte / 127.5 - 1 in, logits out; it has nothing else."""

    def __init__(self, network: torch.nn.Module, mean, std):
        self._network = network.eval()
        self._mean = torch.tensor(mean).reshape(3, 1, 1)
        self._std = torch.tensor(std).reshape(3, 1, 1)

    def __call__(self, images: torch.Tensor) -> list[torch.Tensor]:
        logit = self._network((((images + 1) / 2 - self._mean) / self._std).contiguous()).reshape(-1, 1)
        nothing = torch.zeros(len(images), 1)
        return [logit, nothing, nothing, nothing]


def peers(ferretnet: str | None, ladeda: str | None) -> dict[str, Peer]:
    """As released, on tiles of 256 pixels: FerretNet-S with the median of the 8 neighbours; of Tiny-LaDeDa's inputs, which its
    repository does not name by file, the options' default for WildRF and NPR for ForenSynth, which is far better so."""
    found: dict[str, Peer] = {}
    if ferretnet:
        code = [_module(os.path.join(ferretnet, path)) for path in FERRETNET[:2]]
        network = code[0].Ferret(3, 1, 32, [2, 2], "median", 3, code[1].get_lpd_dict())
        network.load_state_dict(_weights(os.path.join(ferretnet, FERRETNET[2])))
        found["FerretNet-S"] = Peer(network, *CLIP)
    if ladeda:
        code = _module(os.path.join(ladeda, LADEDA[0]))
        for name, given in (("WildRF", "right_diag"), ("ForenSynth", "NPR")):
            network = code.tiny_ladeda(given, num_classes=1)
            network.fc = torch.nn.Linear(8, 1)  # as its test.py does before it loads
            network.load_state_dict(_weights(os.path.join(ladeda, LADEDA[1].format(name))))
            found[f"Tiny-LaDeDa {name}"] = Peer(network, *IMAGENET)
    return found


def compare(networks: dict[str, Peer], records, fitted_on, store, conditions) -> dict:
    """Figures of each network and condition. Their probabilities are calibrated on `fitted_on` as ours are, so that
    0.5 and the calibration error mean the same; AUC does not depend on it."""
    reports: dict = {}
    y = np.array([r.generated for r in fitted_on], int)
    of = lambda network, asked, condition: (
        score(network, asked, store, condition, torch.device("cpu"), 4).logit
    )
    for name, network in networks.items():
        fitted = [of(network, fitted_on, condition) for condition in FITTED]
        a, b = platt(np.concatenate(fitted), np.tile(y, len(fitted)))
        calibrated = Calibrated(a, b, 0.5, ["other"])
        reports[name] = {
            condition: detection_figures(
                records, calibrated.probability(of(network, records, condition)), 0.5
            )
            for condition in conditions
        }
        print(f"{name}\n{table(reports[name])}\n", flush=True)
    return reports


def table(report: dict) -> str:
    """Markdown: AUC and balanced accuracy at a probability of one half, intervals by source."""
    ranged = lambda f, k: f"{f[k]:.3f} [{f[k + '_95'][0]:.2f}, {f[k + '_95'][1]:.2f}]"
    lines = ["| condition | AUC | balanced accuracy | FPR |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {condition} | {ranged(f, 'auc')} | {ranged(f, 'balanced_accuracy')} | {ranged(f, 'fpr')} |"
        for condition, f in report.items()
    ]
    return "\n".join(lines)


def _module(path: str):
    spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3], path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _weights(path: str) -> dict:
    saved = torch.load(path, map_location="cpu", weights_only=True)
    saved = saved.get("model", saved.get("state_dict", saved))
    return {key.removeprefix("module."): value for key, value in saved.items()}
