import io
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

HERE = Path(__file__).resolve().parents[1]
GRAPH = {'1': {'class_type': 'CheckpointLoaderSimple', 'inputs': {'ckpt_name': 'v1-5-pruned-emaonly.safetensors'}}}


def picture(seed, width=640, height=560):
    """Smooth noise: no two seeds have near hashes."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 11, 3), np.uint8)
    fine = np.random.default_rng(seed + 1).integers(-20, 20, (height, width, 3))
    large = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), np.int64)
    return Image.fromarray(np.clip(large + fine, 0, 255).astype(np.uint8))


def saved(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def luma(file):
    """The luma plane as the coefficients give it, free of chroma's interpolation at the edges."""
    image = Image.open(file)
    image.draft('L', image.size)
    return np.asarray(image)


def graph_chunk(graph):
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text('prompt', json.dumps(graph))
    return chunk


@unittest.skipUnless(shutil.which('jpegtran') and shutil.which('git'), 'needs git and jpegtran')
class Collecting(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.mirror, self.cache, self.sources = (Path(folder.name) / name for name in ('mirror', 'cache', 'sources.jsonl'))

    def commit(self, repo, files):
        path = self.mirror / repo.replace('/', '+') / 'repo'
        path.mkdir(parents=True)
        for name, data in files.items():
            (path / name).write_bytes(data)
        git = ['git', '-C', str(path), '-c', 'user.name=a', '-c', 'user.email=a@example.org']
        for arguments in (['init', '-q'], ['add', '.'], ['commit', '-qm', 'Add']):
            subprocess.run(git + arguments, check=True)

    def cut(self, *rows):
        defaults = {'paths': '.', 'kind': 'photo', 'split': 'train', 'use': True}
        self.sources.write_text(''.join(json.dumps(defaults | row) + '\n' for row in rows))
        return self.run_on(self.cache, 'cut')

    def run_on(self, folder, *command):
        """The index of `folder` after a command, else what went wrong."""
        start = [sys.executable, HERE / 'collect.py', '--sources', self.sources, '--mirror', self.mirror, '--cache', self.cache]
        done = subprocess.run([*map(str, start), *map(str, command)], capture_output=True, text=True)
        if done.returncode:
            return done.stderr
        head, *lines = (folder / 'index.tsv').read_text().splitlines()
        return [dict(zip(head.split('\t'), line.split('\t'))) for line in lines if line]

    def test_a_jpeg_keeps_its_coefficients(self):
        data = saved(picture(1), 'JPEG', quality=70)
        self.commit('o/r', {'a.jpg': data})
        rows = self.cut({'repo': 'o/r', 'label': 'real', 'generator': 'photo', 'cap': 1})
        self.assertEqual([row['jpeg_q0'].split('/')[0] for row in rows], ['10'])
        crop = Image.open(self.cache / rows[0]['file'])
        self.assertEqual(crop.quantization, Image.open(io.BytesIO(data)).quantization)
        whole, part = luma(io.BytesIO(data)), luma(self.cache / rows[0]['file'])
        high, wide = part.shape
        places = [(x, y) for x in range(0, 640 - wide + 1, 16) for y in range(0, 560 - high + 1, 16)]
        self.assertTrue(any(np.array_equal(whole[y : y + high, x : x + wide], part) for x, y in places))

    def test_metadata_names_the_generator_and_bars_authentic_rows(self):
        made, edited = dict(GRAPH), GRAPH | {'2': {'class_type': 'LoadImage', 'inputs': {}}}
        files = {f'{n}.png': saved(picture(10 * n), 'PNG', pnginfo=graph_chunk(g)) for n, g in ((1, made), (2, edited))}
        self.commit('o/r', files | {'3.png': saved(picture(30), 'PNG')})
        rows = self.cut({'repo': 'o/r', 'label': 'ai', 'generator': 'metadata'})
        self.assertEqual([(row['path'], row['generator'], row['family']) for row in rows], [('1.png', 'sd_1_5', 'sd_1')])
        rows = self.cut({'repo': 'o/r', 'label': 'real', 'generator': 'photo'})
        self.assertEqual([row['path'] for row in rows], ['3.png'])

    def test_copies_count_once_and_banned_pictures_never(self):
        one, other = picture(100), picture(200)
        self.commit('a/r', {'a.png': saved(one, 'PNG')})
        self.commit('b/r', {'b.jpg': saved(one.resize((400, 350)), 'JPEG', quality=60), 'c.png': saved(other, 'PNG')})
        self.commit('c/r', {'d.jpg': saved(other, 'JPEG')})
        rows = self.cut(
            {'repo': 'c/r', 'label': 'never', 'generator': '', 'split': 'never'},
            {'repo': 'a/r', 'label': 'ai', 'generator': 'flux_1_dev'},
            {'repo': 'b/r', 'label': 'ai', 'generator': 'flux_1_dev', 'split': 'test2'},
        )
        self.assertEqual([row['path'] for row in rows], ['a.png'])

    def test_an_owner_stands_in_one_split(self):
        error = self.cut(
            {'repo': 'o/r', 'label': 'real', 'generator': 'photo'},
            {'repo': 'O/s', 'label': 'real', 'generator': 'photo', 'split': 'calib'},
        )
        self.assertIn('its owner is also in train', error)

    def test_a_changed_row_is_cut_again_and_a_dropped_one_leaves(self):
        self.commit('o/r', {f'{n}.png': saved(picture(40 + 2 * n), 'PNG') for n in range(3)})
        row = {'repo': 'o/r', 'label': 'real', 'generator': 'photo'}
        self.assertEqual(len(self.cut(row)), 3)
        self.assertEqual(len(self.cut(row | {'cap': 2})), 2)
        self.assertEqual(self.cut(row | {'use': False}), [])

    def test_further_pictures_are_none_that_training_saw(self):
        self.commit('o/r', {f'{n}.png': saved(picture(40 + 20 * n), 'PNG') for n in range(4)})
        self.commit('p/r', {'copy.jpg': saved(picture(40), 'JPEG'), 'other.png': saved(picture(300), 'PNG')})
        rows = self.cut(
            {'repo': 'o/r', 'label': 'real', 'generator': 'photo', 'cap': 1},
            {'repo': 'p/r', 'label': 'real', 'generator': 'photo', 'split': 'calib'},
        )
        taken = {row['path'] for row in rows if row['repo'] == 'o/r'}
        further = self.run_on(self.cache.parent / 'known', 'further', self.cache.parent / 'known', 2)
        self.assertEqual([(row['split'], row['repo']) for row in further], [('known', 'o/r')] * 2)
        self.assertFalse(taken & {row['path'] for row in further})


if __name__ == '__main__':
    unittest.main()
