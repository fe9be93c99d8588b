/** The authentic pictures of a labelled folder: `index.tsv` with the columns file, label, split and repo. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LabelledFile {
  path: string;
  /** Where it comes from; pictures of one repository resemble one another. */
  source: string;
}

/** Null where the folder is not there. */
export async function authenticFiles(folder: string, split: string): Promise<LabelledFile[] | null> {
  const index = join(folder, 'index.tsv');
  if (!existsSync(index)) return null;
  const [head = '', ...lines] = (await readFile(index, 'utf8')).trimEnd().split('\n');
  const columns = head.split('\t');
  const at = (name: string): number => {
    const column = columns.indexOf(name);
    if (column < 0) throw new Error(`${index} has no column ${name}`);
    return column;
  };
  const [file, label, part, repo] = [at('file'), at('label'), at('split'), at('repo')];
  return lines
    .map((line) => line.split('\t'))
    .filter((cells) => cells[label] === 'real' && cells[part] === split)
    .map((cells) => ({ path: join(folder, cells[file] as string), source: cells[repo] as string }));
}

/** What is printed where the folder is missing. */
export function skipped(folder: string): string {
  return `skipped: no labelled pictures at ${folder} (index.tsv); name them with --folder`;
}
