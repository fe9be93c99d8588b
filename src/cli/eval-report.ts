import type { Condition } from '../imaging/conditions.js';
import { type Figures, figures, type Interval, type Judged, share } from './eval-figures.js';
import type { LabelledImage } from './eval-index.js';
import { type Io, printLine } from './io.js';

/** What one image got under one condition. */
export interface Answer {
  probability: number;
  /** Families, likeliest first, without `other`. */
  families: string[];
  /** Lowest and highest probability over the first and the second looks; null where none were taken. */
  looks: { min: number; max: number } | null;
}

/** Images of one generator or source, and how many of them are called generated under each condition. */
interface Group {
  label: 'ai' | 'real';
  images: number;
  calledGenerated: Partial<Record<Condition, number>>;
}

/** What second looks say of verdicts under the first condition. */
interface SecondLooks {
  images: number;
  disagree: number;
  /** Share of wrong verdicts where they agree and where they do not. */
  wrongWhereAgreed: number;
  wrongWhereNot: number;
}

export interface SplitReport {
  conditions: Record<string, Figures & { attribution: { known: number; top1: number; top3: number } }>;
  /** Share of images whose verdict is the same in all conditions. */
  agreement: number;
  agreement95: Interval;
  secondLooks: SecondLooks;
  families: Record<string, Group>;
  sources: Record<string, Group>;
}

/**
 * The figures of one split. `answers` holds one answer a condition for each image.
 * @param known Families that the network has a logit for.
 */
export function report(
  images: LabelledImage[],
  answers: Map<LabelledImage, Answer[]>,
  conditions: Condition[],
  threshold: number,
  known: Set<string>,
): SplitReport {
  const answer = (image: LabelledImage, i: number): Answer => answers.get(image)?.[i] as Answer;
  const called = (image: LabelledImage, i: number): boolean => answer(image, i).probability >= threshold;
  const attributable = images.filter((image) => known.has(image.family));
  const rank = (image: LabelledImage, i: number): number => answer(image, i).families.indexOf(image.family);
  const shareWithin = (i: number, places: number): number =>
    attributable.filter((image) => rank(image, i) >= 0 && rank(image, i) < places).length /
    attributable.length;
  const judged = (i: number): Judged[] =>
    images.map((image) => ({
      generated: image.generated,
      source: image.source,
      probability: answer(image, i).probability,
      verdictGenerated: called(image, i),
    }));
  const same = share(images, (image) => conditions.every((_, i) => called(image, i) === called(image, 0)));
  const groups = (list: LabelledImage[], name: (image: LabelledImage) => string): Record<string, Group> => {
    const found: Record<string, Group> = {};
    for (const image of list) {
      found[name(image)] ??= {
        label: image.generated ? 'ai' : 'real',
        images: 0,
        calledGenerated: Object.fromEntries(conditions.map((condition) => [condition, 0])),
      };
      const group = found[name(image)] as Group;
      group.images++;
      conditions.forEach((condition, i) => {
        if (called(image, i)) group.calledGenerated[condition] = (group.calledGenerated[condition] ?? 0) + 1;
      });
    }
    return found;
  };
  return {
    conditions: Object.fromEntries(
      conditions.map((condition, i) => [
        condition,
        {
          ...figures(judged(i)),
          attribution: { known: attributable.length, top1: shareWithin(i, 1), top3: shareWithin(i, 3) },
        },
      ]),
    ),
    agreement: same.share,
    agreement95: same.interval,
    secondLooks: secondLooksOf(images, answer, threshold),
    families: groups(
      images.filter((image) => image.generated),
      (image) => image.family,
    ),
    sources: groups(images, (image) => image.source),
  };
}

function secondLooksOf(
  images: LabelledImage[],
  answer: (image: LabelledImage, i: number) => Answer,
  threshold: number,
): SecondLooks {
  const looked = images.flatMap((image) => {
    const { probability, looks } = answer(image, 0);
    if (looks === null) return [];
    const agree = looks.min >= threshold === looks.max >= threshold;
    return [{ agree, isWrong: probability >= threshold !== image.generated }];
  });
  const wrong = (agree: boolean): number => {
    const group = looked.filter((look) => look.agree === agree);
    return group.filter((look) => look.isWrong).length / group.length;
  };
  return {
    images: looked.length,
    disagree: looked.filter((look) => !look.agree).length,
    wrongWhereAgreed: wrong(true),
    wrongWhereNot: wrong(false),
  };
}

export function printSplit(
  split: string,
  { conditions, agreement, agreement95: [low, high], secondLooks }: SplitReport,
  io: Io,
): void {
  printLine(io.stdout, `\n${split}`);
  const head = [
    'condition',
    'AUC',
    'balanced acc.',
    'FPR',
    'TPR',
    'TPR at 5/1 % FPR',
    'cal. error',
    'top-1/3',
  ];
  const rows = Object.entries(conditions).map(([condition, f]) => {
    const ranged = (value: number, [low, high]: [number, number]): string =>
      `${value.toFixed(3)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
    return [
      condition,
      ranged(f.auc, f.auc95),
      ranged(f.balancedAccuracy, f.balancedAccuracy95),
      ranged(f.falsePositiveRate, f.falsePositiveRate95),
      ranged(f.truePositiveRate, f.truePositiveRate95),
      `${f.tprAtFpr5.toFixed(2)}/${f.tprAtFpr1.toFixed(2)}`,
      f.calibrationError.toFixed(3),
      `${f.attribution.top1.toFixed(2)}/${f.attribution.top3.toFixed(2)}`,
    ];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] as string).length)),
  );
  for (const row of [head, ...rows]) {
    printLine(
      io.stdout,
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    );
  }
  if (Object.keys(conditions).length > 1) {
    const percent = (part: number): string => (100 * part).toFixed(1);
    printLine(
      io.stdout,
      `verdict the same in all of these conditions: ${percent(agreement)} % [${percent(low)}, ${percent(high)}]`,
    );
  }
  if (secondLooks.images > 0) {
    const { images, disagree, wrongWhereAgreed, wrongWhereNot } = secondLooks;
    printLine(
      io.stdout,
      `second looks at ${images}, of which ${disagree} disagree; wrong verdicts ${wrongWhereNot.toFixed(2)} of those, ${wrongWhereAgreed.toFixed(2)} of the others`,
    );
  }
}
