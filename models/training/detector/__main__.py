"""python -m detector COMMAND: from manifests of labelled images to a model package.

init      unpack the pretrained trunk (see init.py)
train     train; goes on where it stopped with --resume
narrow    make a fast network of a trained small one, to go on with train --network fast --warm
merge     average the weights of twin runs
finish    calibrate, evaluate, export a checkpoint
evaluate  figures of any model package; the twin of `npx aidet eval`
failures  a local contact sheet of its most certain mistakes
looks     which second looks say most (looks.py)
curve     draw a learning curve from its figures (learning_curve.json)
pack      data in pieces, for training on another machine
peers     the figures of detectors that others have released
build     train, then finish
smoke     the whole road on generated pictures, in under two minutes
"""

import argparse
import os
import sys
from dataclasses import fields

import numpy as np


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m detector", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    init = commands.add_parser("init")
    init.add_argument("--package", required=True, help="folder of the unpacked npm package")
    init.add_argument("--network", choices=("small", "large"), default="small")
    init.add_argument("--out", required=True, help="file to write, .npz")
    for name in ("train", "build"):
        _training_options(commands.add_parser(name))
    for name in ("finish", "build"):
        command = commands.choices[name] if name in commands.choices else commands.add_parser(name)
        _finishing_options(command)
    narrow = commands.add_parser("narrow")
    _data_options(narrow)
    narrow.add_argument("--checkpoint", required=True, help="of the small network")
    narrow.add_argument("--out", required=True, help="checkpoint to write")
    merge = commands.add_parser("merge")
    merge.add_argument("--checkpoints", nargs="+", required=True)
    merge.add_argument("--out", required=True, help="checkpoint to write")
    evaluation = commands.add_parser("evaluate")
    _data_options(evaluation)
    evaluation.add_argument("--package", required=True, help="folder with manifest.json")
    evaluation.add_argument("--split", nargs="+", default=["test"])
    evaluation.add_argument("--conditions", nargs="+", default=["whole", "native", "matched", "web", "hard"])
    evaluation.add_argument("--most", type=int, default=10**9, help="images of one source that are judged")
    evaluation.add_argument("--report", help="JSON file to write")
    for name, splits in (("failures", ["test", "test2"]), ("looks", ["val", "val2"])):
        command = commands.add_parser(name)
        _data_options(command)
        command.add_argument("--package", required=True, help="folder with manifest.json")
        command.add_argument("--split", nargs="+", default=splits)
        command.add_argument("--most", type=int, default=40, help="images of one source that are judged")
    commands.choices["failures"].add_argument("--out", required=True, help="picture to write")
    commands.choices["failures"].add_argument("--pictures", type=int, default=48, help="how many it shows")
    curve = commands.add_parser("curve")
    curve.add_argument(
        "--figures", required=True, help="JSON: title, across, series of [count, AUC, half an interval]"
    )
    curve.add_argument("--out", required=True, help="SVG to write")
    peers = commands.add_parser("peers")
    _data_options(peers)
    peers.add_argument("--ferretnet", help="folder of the repository, see peers.py")
    peers.add_argument("--ladeda", help="folder of the repository, see peers.py")
    peers.add_argument("--split", default="test")
    peers.add_argument("--conditions", nargs="+", default=["native", "matched", "web", "hard"])
    pack = commands.add_parser("pack")
    pack.add_argument("--data", nargs="+", required=True, help="folders with an index.tsv")
    pack.add_argument("--out", required=True, help="folder to write the pieces to")
    pack.add_argument("--split", nargs="+", default=["train", "val", "val2"])
    pack.add_argument("--piece", type=int, default=60, help="most MiB of a piece")
    pack.add_argument("--most", type=int, default=10**9, help="crops in all")
    smoke = commands.add_parser("smoke")
    smoke.add_argument("--out", help="folder to leave the results in; else they are removed")
    arguments = parser.parse_args(argv)
    globals()[f"_{arguments.command}"](arguments)


def _data_options(command) -> None:
    command.add_argument(
        "--data", nargs="+", required=True, help="folders with an index.tsv (columns in records.py)"
    )
    command.add_argument(
        "--store", required=True, help="folder for decoded pixels; grows to the images' raw size"
    )


def _training_options(command) -> None:
    from .train import Settings

    _data_options(command)
    command.add_argument("--run", required=True, help="folder for checkpoints")
    command.add_argument("--pretrained", help=".npz of `init`")
    command.add_argument("--warm", help="checkpoint whose weights start a new schedule")
    command.add_argument("--teacher", help="checkpoint of a network that teaches this one (distil.py)")
    command.add_argument("--resume", action="store_true", help="go on from the run's last checkpoint")
    for field in fields(Settings):
        kind = (
            (lambda text: text in ("1", "true", "yes"))
            if isinstance(field.default, bool)
            else type(field.default)
        )
        command.add_argument("--" + field.name.replace("_", "-"), type=kind, default=field.default)


def _finishing_options(command) -> None:
    if command.prog.endswith("finish"):
        _data_options(command)
        command.add_argument("--checkpoint", required=True)
    command.add_argument("--model", required=True, help="folder of the model package to write")
    command.add_argument("--id", default="aidet-tile")
    command.add_argument("--version", default="1.0.0")
    command.add_argument(
        "--refit", action="store_true", help="replace the heads by regressions on wider evidence (refit.py)"
    )
    command.add_argument(
        "--integers", action="store_true", help="of the small network: whole-number arithmetic (integers.py)"
    )
    command.add_argument("--most", type=int, default=100, help="images of one source that are judged")
    command.add_argument(
        "--family-minimum",
        type=int,
        default=5,
        help="training pictures that make a family a class of its own",
    )


def _read(arguments):
    from .crops import Store
    from .records import read_manifests

    records = read_manifests(arguments.data)
    store = Store(arguments.store)
    failed = store.add([r.path for r in records])
    print(f"{len(records)} images, {len(failed)} unreadable {failed[:3]}", flush=True)
    return records, store


def _init(arguments) -> None:
    from .init import read_package

    model = {"small": "mobilenet_v2", "large": "inception_v3"}[arguments.network]
    np.savez(arguments.out, **read_package(arguments.package, model))


def _train(arguments) -> str:
    from .generators import FAMILIES
    from .train import Settings, train

    records, store = _read(arguments)
    settings = Settings(**{f.name: getattr(arguments, f.name) for f in fields(Settings)})
    pretrained = dict(np.load(arguments.pretrained)) if arguments.pretrained else None
    return train(
        records,
        store,
        FAMILIES,
        arguments.run,
        settings,
        pretrained,
        arguments.warm,
        arguments.resume,
        arguments.teacher,
    )


def _finish(arguments) -> None:
    from .finish import finish

    records, store = _read(arguments)
    finish(
        arguments.checkpoint,
        records,
        store,
        arguments.model,
        arguments.id,
        arguments.version,
        family_minimum=arguments.family_minimum,
        most=arguments.most,
        refit_heads=arguments.refit,
        integers=arguments.integers,
    )


def _build(arguments) -> None:
    arguments.checkpoint = _train(arguments)
    _finish(arguments)


def _narrow(arguments) -> None:
    from .train import narrowed

    records, store = _read(arguments)
    narrowed(arguments.checkpoint, records, store, arguments.out)


def _merge(arguments) -> None:
    from .train import merge

    merge(arguments.checkpoints, arguments.out)


def _package(folder: str):
    """The network of a model package and what its manifest says beside it."""
    import json

    from .calibration import Calibrated
    from .scoring import OnnxNetwork

    with open(os.path.join(folder, "manifest.json")) as handle:
        manifest = json.load(handle)
    given, calibration = manifest["input"], manifest["calibration"]
    network = OnnxNetwork(os.path.join(folder, manifest["file"]), given["scale"], given["mean"], given["std"])
    families = [generator["family"] for generator in manifest["generators"]]
    return manifest, network, Calibrated(calibration["a"], calibration["b"], manifest["threshold"], families)


def _evaluate(arguments) -> None:
    import json

    from .evaluate import evaluate, score_conditions, table
    from .records import at_most
    from .train import device

    manifest, network, calibrated = _package(arguments.package)
    records, store = _read(arguments)
    reports = {}
    for split in arguments.split:
        chosen = at_most([r for r in records if r.split == split and r.path in store], arguments.most)
        reports[split] = evaluate(
            score_conditions(network, chosen, store, arguments.conditions, device()), chosen, calibrated
        )
        print(
            f"\n{manifest['id']} {manifest['version']} on {split}, threshold {calibrated.threshold}\n\n{table(reports[split])}",
            flush=True,
        )
    if arguments.report:
        with open(arguments.report, "w") as handle:
            json.dump(reports, handle, indent=1)


def _chosen(arguments):
    from .records import at_most

    records, store = _read(arguments)
    return at_most(
        [r for r in records if r.split in arguments.split and r.path in store], arguments.most
    ), store


def _failures(arguments) -> None:
    from .failures import sheet, worst
    from .scoring import score
    from .train import device

    _, network, calibrated = _package(arguments.package)
    records, store = _chosen(arguments)
    probability = calibrated.probability(score(network, records, store, "native", device()).logit)
    shown = worst(records, probability, arguments.pictures)
    page = sheet([records[i] for i in shown], lambda r: store[r.path], probability[shown])
    page.save(arguments.out)
    print(f"{len(shown)} pictures in {arguments.out}")


def _looks(arguments) -> None:
    from .looks import second_looks

    manifest, network, calibrated = _package(arguments.package)
    records, store = _chosen(arguments)
    print(f"{manifest['id']} {manifest['version']}: {second_looks(network, records, store, calibrated)}")


def _curve(arguments) -> None:
    import json

    from .pictures import learning_curve

    with open(arguments.figures) as handle:
        figures = json.load(handle)
    with open(arguments.out, "w") as handle:
        handle.write(learning_curve(figures["series"], figures["title"], figures["across"]))


def _peers(arguments) -> None:
    import torch

    from .peers import compare, peers

    torch.set_num_threads(1)
    records, store = _read(arguments)
    of = lambda split: [r for r in records if r.split == split and r.path in store]
    networks = peers(arguments.ferretnet, arguments.ladeda)
    compare(networks, of(arguments.split), of("val"), store, arguments.conditions)


def _pack(arguments) -> None:
    from .pack import pack
    from .records import read_manifests

    records = [r for r in read_manifests(arguments.data) if r.split in arguments.split]
    paths = pack(records, arguments.out, arguments.piece << 20, arguments.most)
    print(f"{min(len(records), arguments.most)} crops in {len(paths)} pieces")


def _smoke(arguments) -> None:
    import tempfile

    from .smoke import smoke

    if arguments.out:
        os.makedirs(arguments.out, exist_ok=True)
        smoke(arguments.out)
    else:
        with tempfile.TemporaryDirectory() as folder:
            smoke(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
