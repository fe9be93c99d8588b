"""Reads pictures out of git snapshots without a work tree."""

import subprocess
from pathlib import Path

PICTURES = ('.png', '.jpg', '.jpeg', '.jfif', '.webp', '.bmp', '.tif', '.tiff', '.ppm')


def git_dir(mirror, repo):
    """The git directory of `owner/name` under `mirror`, or None when it was not fetched."""
    base = Path(mirror) / repo.replace('/', '+') / 'repo'
    for path in (base / '.git', base):
        if (path / 'HEAD').is_file():
            return path
    return None


class Snapshot:
    """One fetched repository: its newest commit, its picture files, and their bytes."""

    def __init__(self, git):
        self.git = ['git', '--git-dir', str(git)]
        self.commit = self._run('rev-parse', 'HEAD').decode().strip()
        self._reader = None

    def _run(self, *arguments, stdin=None):
        return subprocess.run(self.git + list(arguments), input=stdin, capture_output=True, check=True).stdout

    def pictures(self):
        """(path, blob) of every regular file with a picture's ending, in order of path."""
        found = []
        for entry in self._run('ls-tree', '-r', '-z', 'HEAD').decode('utf-8', 'surrogateescape').split('\0'):
            head, _, path = entry.partition('\t')
            if head.startswith('100') and path.lower().endswith(PICTURES):
                found.append((path, head.split()[2]))
        return found

    def sizes(self, blobs):
        """Bytes of each blob; blobs that the snapshot lacks (large files) are left out."""
        answer = self._run('cat-file', '--batch-check', stdin='\n'.join(blobs).encode()).decode()
        rows = (line.split() for line in answer.splitlines())
        return {row[0]: int(row[2]) for row in rows if len(row) == 3}

    def read(self, blob):
        """The blob's bytes, or None when the snapshot lacks it."""
        if self._reader is None:
            self._reader = subprocess.Popen(
                self.git + ['cat-file', '--batch'], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        self._reader.stdin.write(blob.encode() + b'\n')
        self._reader.stdin.flush()
        head = self._reader.stdout.readline().split()
        if len(head) != 3:
            return None
        data = self._reader.stdout.read(int(head[2]))
        self._reader.stdout.read(1)
        return data

    def close(self):
        if self._reader is not None:
            self._reader.stdin.close()
            self._reader.wait()
