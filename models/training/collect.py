"""Rebuilds the local cache of labelled crops from fetched repositories, as `sources.jsonl` says.

    collect.py cut    [REPO...]    cut the crops of every source that is not in the cache as it stands now
    collect.py further FOLDER [N]  cut up to N more pictures of each training row that the cache does not hold, split `known`
    collect.py sheet  FILE REPO... contact sheet of up to six sources, to be looked at before they are used
    collect.py survey REPO...      folders, formats and metadata of snapshots, to write rules from

DATA.md describes the rules, the manifest and the cache.
"""

import argparse
import collections
import concurrent.futures
import fcntl
import hashlib
import io
import json
import random
import re
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import collect_cut
from collect_git import Snapshot, git_dir
from collect_labels import evidence, family_of

COLUMNS = (
    'file label family generator kind split repo commit path format width height bytes jpeg_q0 notes sha256 phash'
).split()
CAPS = {'ai': 200, 'real': 150}
SHORTEST_SIDE = 200
THREADS, READ_AHEAD = 3, 24
# Bits of the perceptual hash that may differ in copies of one picture.
NEAR, NEAR_HELD = 3, 6


def read_sources(path):
    """The manifest's rows; an owner may stand in one split only."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    split_of = {}
    for row in rows:
        owner = row['repo'].split('/')[0].lower()
        if row['use'] and row['label'] != 'never' and split_of.setdefault(owner, row['split']) != row['split']:
            sys.exit(f'{row["repo"]}: its owner is also in {split_of[owner]}')
    return rows


def chosen(row, snapshot):
    """(path, blob) of the row's pictures, in an order drawn from their contents."""
    wanted, unwanted = re.compile(row['paths']), re.compile(row.get('exclude') or r'(?!)')
    found = [p for p in snapshot.pictures() if wanted.search(p[0]) and not unwanted.search(p[0])]
    have = snapshot.sizes([blob for _, blob in found])
    unique = {blob: (path, blob) for path, blob in reversed(found) if have.get(blob, 0) > 4000}
    return sorted(unique.values(), key=lambda p: hashlib.sha256(p[1].encode()).digest())


def judged(row, image, data):
    """(generator, notes) of a picture that the row may take, else (None, why not)."""
    if min(image.size) < SHORTEST_SIDE:
        return None, 'small'
    if getattr(image, 'n_frames', 1) > 1 and image.format != 'MPO':  # phones append previews and gain maps as MPO
        return None, 'animated'
    if image.mode not in ('RGB', 'RGBA', 'L', 'I;16') or max(image.size) > 4 * min(image.size):
        return None, 'mode'
    said = evidence(image, data)
    generator = said['generator']
    if row['label'] == 'real':
        if generator:
            return None, 'conflict'
        if row.get('camera') and not said['camera']:
            return None, 'no camera'
        return 'camera' if said['camera'] else row['generator'], said['notes']
    if generator == 'edited':
        return None, 'edited'
    if row['generator'] == 'metadata':
        if generator in (None, 'unreadable'):
            return None, 'no metadata'
        return generator, said['notes']
    return row['generator'], said['notes']


def distances(hashes, value):
    """Bits in which each 64-bit hash differs from `value`."""
    return np.unpackbits((hashes ^ np.uint64(value)).view(np.uint8).reshape(-1, 8), axis=1).sum(axis=1, dtype=np.int64)


class Known:
    """Perceptual hashes of everything taken so far and of everything that is held back."""

    def __init__(self, held_hashes, held_sums):
        self.held = np.array(sorted(held_hashes), np.uint64)
        self.sums = set(held_sums)
        self.hashes = np.zeros(1 << 18, np.uint64)
        self.count = 0

    def add(self, value):
        self.hashes[self.count] = value
        self.count += 1

    def holds(self, value):
        return bool((distances(self.held, value) <= NEAR_HELD).any())

    def sees(self, value, digest):
        distance = distances(self.hashes[: self.count], value)
        return digest in self.sums or self.holds(value) or bool((distance <= NEAR).any())


def prepared(row, data, each):
    """A picture that the row may take, with its crops: (described, hash, digest, pieces), else why not.

    described: the columns generator, format, width, height, bytes, jpeg_q0, notes.
    """
    try:
        image = Image.open(io.BytesIO(data))
        generator, notes = judged(row, image, data)
        if generator is None:
            return notes
        described = (generator, image.format.replace('MPO', 'JPEG'), *image.size, len(data), collect_cut.first_quantiser(image), notes)
        hashed, digest = collect_cut.perceptual_hash(thumbnail(image, data)), hashlib.sha256(data).hexdigest()
        corners = collect_cut.places(digest, *image.size, each, row.get('grid'))
        return described, hashed, digest, [collect_cut.cut(data, image, x, y) for x, y in corners]
    except Exception as error:  # a picture that can not be read is no sample
        return type(error).__name__


def cut_source(row, snapshot, cache, known, without=frozenset()):
    """Cuts one source's crops, none of the paths in `without`; returns the index rows and why pictures were passed over."""
    pictures, rows, passed = [p for p in chosen(row, snapshot) if p[0] not in without], [], collections.Counter()
    cap = row.get('cap') or CAPS[row['label']]
    folder = cache / 'images' / row['repo'].replace('/', '+')
    folder.mkdir(parents=True, exist_ok=True)
    each = 2 if len(pictures) * 2 <= cap else 1
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        while pictures and len(rows) < cap:
            some, pictures = pictures[:READ_AHEAD], pictures[READ_AHEAD:]
            results = pool.map(lambda data: prepared(row, data, each), [snapshot.read(blob) for _, blob in some])
            for (path, _), result in zip(some, results):
                if isinstance(result, str):
                    passed[result] += 1
                elif known.sees(result[1], result[2]):
                    passed['known'] += 1
                elif len(rows) < cap:
                    known.add(result[1])
                    rows += kept_crops(row, snapshot.commit, path, result, folder, cache)
    return rows[:cap], passed


def kept_crops(row, commit, path, result, folder, cache):
    """Writes the crops that are not flat; returns their rows of the index."""
    (generator, *described), hashed, digest, pieces = result
    family = generator if row['label'] == 'real' else family_of(generator)
    rows = []
    for number, piece in enumerate(pieces):
        if piece is None:
            continue
        name = folder / f'{digest[:16]}-{number}.{piece[0]}'
        if not (name.exists() and name.stat().st_size == len(piece[1])):  # training may be reading it
            name.write_bytes(piece[1])
        values = (
            name.relative_to(cache), row['label'], family, generator, row['kind'], row['split'], row['repo'], commit,
            re.sub(r'\s', ' ', path), *described, digest, f'{hashed:016x}',
        )
        rows.append('\t'.join(map(str, values)).encode('utf-8', 'replace').decode())
    return rows


def thumbnail(image, data):
    """A picture to hash: of a JPEG the quick small decoding, else `image` itself, decoded once for hash and crops."""
    if image.format not in collect_cut.JPEGS:
        return image
    small = Image.open(io.BytesIO(data))
    small.draft('L', (128, 128))
    return small


def held_back(arguments):
    """Hashes, sums and owners of the shared set's `val` and `test` splits."""
    hashes, sums, owners = set(), set(), set()
    if arguments.dataset:
        table = [line.split('\t') for line in (arguments.dataset / 'sources.tsv').read_text().splitlines()[1:]]
        repos = [repo.strip() for line in table if line[1] in ('val', 'test') for repo in line[2].split(';')]
        owners = {repo.split('/')[0].lower() for repo in repos}
        for line in (arguments.dataset / 'index.tsv').read_text().splitlines()[1:]:
            cells = line.split('\t')
            if cells[5] in ('val', 'test'):
                sums.add(cells[-1])
        memory = arguments.cache / 'held.json'
        done = json.loads(memory.read_text()) if memory.exists() else {}
        for repo in repos:
            git = git_dir(arguments.mirror, repo)
            if git and repo not in done:
                done[repo] = [f'{value:016x}' for value in _all_hashes(Snapshot(git))]
                memory.write_text(json.dumps(done))
        hashes = {int(value, 16) for values in done.values() for value in values}
    return hashes, sums, owners


def never(rows, mirror):
    """Hashes of the pictures that the manifest itself bans (label `never`)."""
    for row in rows:
        git = git_dir(mirror, row['repo'])
        if git:
            wanted = re.compile(row['paths'])
            yield from _all_hashes(Snapshot(git), wanted)


def _all_hashes(snapshot, wanted=re.compile('')):
    for path, blob in snapshot.pictures():
        if not wanted.search(path):
            continue
        try:
            image = Image.open(io.BytesIO(snapshot.read(blob)))
            if min(image.size) >= 100:
                image.draft('L', (128, 128))
                yield collect_cut.perceptual_hash(image)
        except Exception:  # damaged or absent: nothing to compare
            continue


def used_and_known(arguments):
    """The rows to cut, the pictures that none may show, and the owners that none may have."""
    rows = [row for row in read_sources(arguments.sources) if row['use']]
    hashes, sums, owners = held_back(arguments)
    hashes |= set(never([row for row in rows if row['label'] == 'never'], arguments.mirror))
    return [row for row in rows if row['label'] != 'never'], Known(hashes, sums), owners


def run_cut(arguments):
    """Brings the cache to what the manifest says; rows whose text did not change are kept."""
    cache = arguments.cache
    cache.mkdir(parents=True, exist_ok=True)
    lock = (cache / 'lock').open('w')
    fcntl.flock(lock, fcntl.LOCK_EX)
    rows, known, owners = used_and_known(arguments)
    wanted = {row['repo'] + '#' + row.get('part', ''): row for row in rows}
    marks = {key: hashlib.sha256(json.dumps(_rule(row), sort_keys=True).encode()).hexdigest() for key, row in wanted.items()}
    state = json.loads((cache / 'state.json').read_text()) if (cache / 'state.json').exists() else {}
    state = {key: value for key, value in state.items() if key in wanted}
    for key, value in state.items():
        # What is held back may have grown since. Rows of a changed rule stay until they are cut again.
        value['rows'] = [named(line, wanted[key]) for line in value['rows'] if not known.holds(hash_of(line))]
        if value['mark'] == marks[key]:
            for line in value['rows']:
                known.add(hash_of(line))
    for key, row in wanted.items():
        if key in state and state[key]['mark'] == marks[key] or (arguments.repos and row['repo'] not in arguments.repos):
            continue
        if row['repo'].split('/')[0].lower() in owners:
            sys.exit(f'{row["repo"]}: its owner is in a split that is held back')
        git = git_dir(arguments.mirror, row['repo'])
        if git is None:
            print(f'{row["repo"]}: not fetched', flush=True)
            continue
        snapshot = Snapshot(git)
        taken, passed = cut_source(row, snapshot, cache, known)
        snapshot.close()
        state[key] = {'mark': marks[key], 'rows': taken, 'passed': dict(passed)}
        print(f'{key} {row["label"]} {row["split"]}: {len(taken)} {dict(passed)}', flush=True)
        publish(cache, state)
    publish(cache, state)


def run_further(arguments):
    """Pictures of known sources that training has not seen, nor any that is near one of those: what a network owes to
    its sources. They stand in an own folder with an own index."""
    state = json.loads((arguments.cache / 'state.json').read_text())
    rows, known, _ = used_and_known(arguments)
    for line in [line for value in state.values() for line in value['rows']]:
        known.add(hash_of(line))
    arguments.folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for row in rows:
        key, git = row['repo'] + '#' + row.get('part', ''), git_dir(arguments.mirror, row['repo'])
        if row['split'] != 'train' or key not in state or git is None:
            continue
        have = {line.split('\t')[COLUMNS.index('path')] for line in state[key]['rows']}
        snapshot = Snapshot(git)
        taken, passed = cut_source(row | {'split': 'known', 'cap': arguments.pictures}, snapshot, arguments.folder, known, have)
        snapshot.close()
        if taken:
            found[key] = {'rows': taken}
            print(f'{key} {row["label"]}: {len(taken)} {dict(passed)}', flush=True)
    publish(arguments.folder, found)


def publish(cache, state):
    """Writes the index, the state and the counts."""
    lines = [line for value in state.values() for line in value['rows']]
    write_whole(cache / 'index.tsv', '\t'.join(COLUMNS) + '\n' + '\n'.join(lines) + '\n')
    write_whole(cache / 'state.json', json.dumps(state))
    write_whole(cache / 'STATUS.txt', status(lines))


def hash_of(line):
    return int(line.rsplit('\t', 1)[1], 16)


def named(line, row):
    """A row of the index with the family, label and split that it has now."""
    cells = line.split('\t')
    cells[1], cells[5] = row['label'], row['split']
    if cells[1] == 'ai':
        cells[2] = family_of(cells[3])
    return '\t'.join(cells)


def _rule(row):
    """What of a row decides its crops."""
    keys = ('repo', 'paths', 'exclude', 'label', 'generator', 'kind', 'split', 'camera', 'cap')
    return {key: row.get(key) for key in keys} | ({'grid': row['grid']} if 'grid' in row else {})


def write_whole(path, text):
    """Readers see the old file or the new one, never a part."""
    part = path.with_suffix('.part')
    part.write_text(text)
    part.replace(path)


def status(lines):
    """Counts of crops, pictures, sources and generators, by split and label."""
    cells = [line.split('\t') for line in lines]
    groups = collections.defaultdict(list)
    for row in cells:
        groups[row[5], row[1]].append(row)
    text = ['split label crops pictures sources generators']
    for (split, label), group in sorted(groups.items()):
        counts = (len(group), len({r[15] for r in group}), len({r[6] for r in group}), len({r[3] for r in group}))
        text.append(' '.join([split, label, *map(str, counts)]))
    generated = [row for row in cells if row[1] == 'ai']
    text.append(f'all: {len(cells)} crops, {len({r[6] for r in cells})} sources, {len({r[3] for r in generated})} generators')
    for name, column, group in (('family', 2, generated), ('generator', 3, generated), ('kind', 4, cells)):
        text.append('')
        for value, count in collections.Counter(row[column] for row in group).most_common():
            sources = len({row[6] for row in group if row[column] == value})
            text.append(f'{name} {value} {count} crops {sources} sources')
    return '\n'.join(text) + '\n'


def _thumbnail(job):
    row, data = job
    try:
        image = Image.open(io.BytesIO(data))
        generator, why = judged(row, image, data)
        size = image.size
        image.draft('RGB', (320, 320))
        image = image.convert('RGB')
        image.thumbnail((150, 150), Image.Resampling.BOX)
        return image, f'{size[0]}x{size[1]} {generator or "-" + why}'
    except Exception as error:
        return None, type(error).__name__


def run_sheet(arguments):
    """Draws the sheet: a line of pictures for each row of the manifest that names one of the repositories."""
    rows = [row for row in read_sources(arguments.sources) if row['repo'] in arguments.repos]
    across, high = 12, 190
    sheet = Image.new('RGB', (across * 152, len(rows) * high), 'white')
    draw = ImageDraw.Draw(sheet)
    for number, row in enumerate(rows):
        git = git_dir(arguments.mirror, row['repo'])
        if git is None:
            continue
        snapshot = Snapshot(git)
        pictures = chosen(row, snapshot)
        draw.text((2, number * high), f'{row["repo"]} {row["label"]} {row["generator"]} {row["paths"]} n={len(pictures)}', 'red')
        jobs = [(row, snapshot.read(blob)) for _, blob in pictures[:40]]
        good = [thumb for thumb in map(_thumbnail, jobs) if thumb[0] and not thumb[1].split(' ')[1].startswith('-')]
        for place, (image, words) in enumerate(good[:across]):
            sheet.paste(image, (place * 152, number * high + 14))
            draw.text((place * 152, number * high + 166), words, 'blue')
        draw.text((900, number * high), f'{len(good)} of first {len(jobs)} pass', 'red')
        snapshot.close()
    sheet.save(arguments.file)


def run_survey(arguments):
    """Prints what a snapshot holds: for each folder and format the number of pictures, sizes and metadata."""
    for repo in arguments.repos:
        git = git_dir(arguments.mirror, repo)
        if git is None:
            print(f'== {repo}: not fetched')
            continue
        snapshot = Snapshot(git)
        groups = collections.defaultdict(list)
        for path, blob in snapshot.pictures():
            folder, _, name = path.rpartition('/')
            groups['/'.join(folder.split('/')[:4]), name.rsplit('.', 1)[1].lower()].append((path, blob))
        print(f'== {repo} {snapshot.commit[:10]} {sum(map(len, groups.values()))} pictures')
        for (folder, ending), found in sorted(groups.items(), key=lambda g: -len(g[1]))[: arguments.most]:
            said, sizes, names = collections.Counter(), [], []
            for path, blob in random.Random(0).sample(found, min(6, len(found))):
                data = snapshot.read(blob)
                try:
                    image = Image.open(io.BytesIO(data))
                    sizes.append('x'.join(map(str, image.size)))
                    words = evidence(image, data)
                    said[words['generator'] or (words['camera'] and 'camera')] += 1
                    names.append(path.rpartition('/')[2])
                except Exception:
                    said['bad'] += 1
            print(f'  {folder or "."} {ending} {len(found)}: {sizes[:4]} {dict(said)} {names[:3]}')
        snapshot.close()


def main():
    here = Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--sources', type=Path, default=here / 'sources.jsonl')
    parser.add_argument('--mirror', type=Path, required=True, help='folder of the fetched git directories')
    parser.add_argument('--cache', type=Path, required=True, help='folder of the crops, outside of the repository')
    parser.add_argument('--dataset', type=Path, help='the shared set, whose val and test are held back')
    parser.add_argument('--most', type=int, default=12, help='groups a survey prints')
    commands = parser.add_subparsers(dest='command', required=True)
    commands.add_parser('cut').add_argument('repos', nargs='*')
    further = commands.add_parser('further')
    further.add_argument('folder', type=Path)
    further.add_argument('pictures', type=int, nargs='?', default=6)
    sheet = commands.add_parser('sheet')
    sheet.add_argument('file')
    sheet.add_argument('repos', nargs='+')
    commands.add_parser('survey').add_argument('repos', nargs='+')
    arguments = parser.parse_args()
    {'cut': run_cut, 'further': run_further, 'sheet': run_sheet, 'survey': run_survey}[arguments.command](arguments)


if __name__ == '__main__':
    main()
