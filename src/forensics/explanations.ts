/** What each map shows and what would explain it innocently: the report's two sentences. */
export const EXPLANATIONS = {
  ela: {
    shows:
      'How much each place changes when the picture is saved as a JPEG once more; a part with another compression history stands out against parts of the same texture.',
    innocent:
      'Edges, lettering and saturated colours are bright in every picture, smooth areas dark, and after several savings all is dark.',
  },
  noise: {
    shows:
      'How strong the fine noise is in each square of 16 pixels; a part from another source often has another level at the same brightness.',
    innocent:
      'Texture such as grass or cloth counts as noise, and blur, shadow and strong compression remove it.',
  },
  spectrum: {
    shows:
      'How much there is of each spatial frequency, the coarse in the middle; isolated points away from the middle mean a period in the pixels, as enlargement and some generators leave.',
    innocent:
      'A cross along the axes comes from straight edges, points at eighths from JPEG blocks, others from fences, cloth and screens.',
  },
} as const;
