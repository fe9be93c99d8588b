"""Which generator: top-1, top-3, recall of each family, who is taken for whom, and what becomes of generators that
the network was never taught (numpy only)."""

from collections import Counter

import numpy as np

from .metrics import source_interval
from .records import UNKNOWN, Record


def is_known(record: Record, families: list[str]) -> bool:
    return record.generated and record.family in families and record.family not in ("other", UNKNOWN)


def is_unseen(record: Record, families: list[str]) -> bool:
    """Of a generator that has a name, and none among the network's."""
    return record.generated and record.family != UNKNOWN and not is_known(record, families)


def attribution_figures(records: list[Record], generator: np.ndarray, families: list[str]) -> dict:
    """Top-1 and top-3 over generated images whose family the network knows; per-class recall; where the unseen go."""
    known = [i for i, r in enumerate(records) if is_known(r, families)]
    unseen = [i for i, r in enumerate(records) if is_unseen(r, families)]
    order = np.argsort(-generator, axis=1)
    truth = {i: families.index(records[i].family) for i in known}
    figures = {"n_known": len(known), "n_unknown": len(unseen), "classes": len(families)}
    if known:
        source = np.array([records[i].source for i in known])
        one = np.ones(len(known), int)
        for name, places in (("top1", 1), ("top3", 3)):
            hit = np.array([truth[i] in order[i, :places] for i in known], float)
            figures[name] = float(hit.mean())
            figures[f"{name}_95"] = list(source_interval(source, one, lambda i: hit[i].mean()))
        figures["recall"] = {
            family: [
                int(sum(order[i, 0] == truth[i] for i in known if records[i].family == family)),
                sum(records[i].family == family for i in known),
            ]
            for family in sorted({records[i].family for i in known})
        }
    if unseen:
        figures["unknown_as_other"] = float(np.mean([families[order[i, 0]] == "other" for i in unseen]))
    return figures


def confusion(records: list[Record], generator: np.ndarray, families: list[str]) -> dict:
    """Counts of true against named families over generated images whose generator has a name. Rows the network does not
    know stand last; columns that name nobody are left out."""
    first = generator.argmax(1)
    pairs = Counter(
        (r.family, families[first[i]])
        for i, r in enumerate(records)
        if r.generated and r.family not in (UNKNOWN, "other")
    )
    rows = sorted({true for true, _ in pairs}, key=lambda f: (f not in families, f))
    used = {named for _, named in pairs} | set(rows)
    columns = [f for f in families if f in used]
    return {
        "rows": rows,
        "columns": columns,
        "counts": [[pairs[(row, column)] for column in columns] for row in rows],
    }


def unseen_generators(
    records: list[Record],
    probability: np.ndarray,
    generator: np.ndarray,
    families: list[str],
    threshold: float,
) -> dict:
    """Known and unseen generators side by side: how many are called generated, how sure the naming is, and which names the
    unseen get."""
    first = generator.argmax(1)
    shown = np.exp(generator - generator.max(1, keepdims=True))
    largest = (shown / shown.sum(1, keepdims=True)).max(1)
    groups = {"known": is_known, "unseen": is_unseen}
    report = {}
    for name, belongs in groups.items():
        chosen = np.array([i for i, r in enumerate(records) if belongs(r, families)], int)
        if len(chosen) == 0:
            continue
        called = (probability[chosen] >= threshold).astype(float)
        source = np.array([records[i].source for i in chosen])
        report[name] = {
            "images": len(chosen),
            "sources": len(set(source)),
            "families": len({records[i].family for i in chosen}),
            "called_generated": float(called.mean()),
            "called_generated_95": list(
                source_interval(source, np.ones(len(chosen), int), lambda i: called[i].mean())
            ),
            "largest_share": float(largest[chosen].mean()),
            "named": dict(Counter(families[first[i]] for i in chosen).most_common(5)),
        }
    return report
