"""From a checkpoint to a model package: model.onnx and manifest.json (schema 1 of src/domain/model.ts)."""

import hashlib
import json
import os
import warnings

import torch

from .calibration import Calibrated
from .network import PATCH, PatchNetwork, folded

OUTPUTS = ("logit", "patch_logits", "generator_logits", "embedding")


def export_onnx(network: torch.nn.Module, path: str, any_size: bool = False) -> None:
    """Opset 13, dynamic batch (and with `any_size` height and width); of a PatchNetwork with the normalisations folded."""
    axes = {name: {0: "n"} for name in ("image", *OUTPUTS)}
    if any_size:
        axes["image"] = {0: "n", 2: "h", 3: "w"}
    plain = folded(network) if isinstance(network, PatchNetwork) else network
    plain = plain.eval().to(memory_format=torch.contiguous_format)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the newer exporter needs packages that this one does not
        torch.onnx.export(
            plain,
            torch.rand(2, 3, 256, 256),
            path,
            opset_version=13,
            input_names=["image"],
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            dynamo=False,
        )


def halve_weights(path: str, least: int = 1024) -> None:
    """Stores weights of `least` values and more as float16, cast to float32 where they are used: half the file. Sessions
    fold the casts when they load, so the arithmetic stays float32."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(path)
    graph, casts = model.graph, []
    for weight in graph.initializer:
        if weight.data_type != TensorProto.FLOAT or numpy_helper.to_array(weight).size < least:
            continue
        name = weight.name
        weight.CopyFrom(
            numpy_helper.from_array(numpy_helper.to_array(weight).astype("float16"), name + "_half")
        )
        casts.append(helper.make_node("Cast", [weight.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_manifest(
    folder: str, calibrated: Calibrated, generators: list[dict], model_id: str, version: str
) -> None:
    """`generators`: one entry a generator logit, in order: id, family, display_name, vendor."""
    with open(os.path.join(folder, "model.onnx"), "rb") as handle:
        digest = hashlib.sha256(handle.read()).hexdigest()
    manifest = {
        "schema": 1,
        "id": model_id,
        "version": version,
        "file": "model.onnx",
        "sha256": digest,
        "input": {
            "name": "image",
            "layout": "NCHW",
            "channels": "RGB",
            "dtype": "float32",
            "tile": 256,
            "scale": 1 / 255,
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
        },
        "outputs": {name: name for name in OUTPUTS},
        "patch_px": PATCH,
        "tile_plan": {"stride": 256, "max_tiles": 24, "short_axis": "edges", "padding": "reflect"},
        "aggregation": "mean_logit",
        "calibration": {"method": "platt", "a": calibrated.a, "b": calibrated.b},
        "threshold": calibrated.threshold,
        "generators": generators,
        "preferred_batch_sizes": [1, 4],
        "licence": "Apache-2.0",
    }
    with open(os.path.join(folder, "manifest.json"), "w") as handle:
        json.dump(manifest, handle, indent=1)
        handle.write("\n")
