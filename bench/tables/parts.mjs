// The parts of the recipe of tables, each with what leaves it out: another option, or other lines in the sources. So the package
// itself has no switches for it. test/table/parts.test.ts keeps the lines true.

/** Lines of src/table; each is there exactly once */
const edit = (file, from, to) => ({ file: `src/table/${file}`, from, to })

export const parts = [
  { name: 'the linear model', options: { only: 'network' } },
  { name: 'the networks', options: { only: 'linear' } },
  {
    name: 'networks without dropout, of few rows',
    edits: [edit('recipe.ts', "if (effort === 'quick' || rows >= FEW_ROWS) return", 'if (rows >= 0) return')],
  },
  {
    name: 'logarithms of heavy tails',
    edits: [edit('target.ts', 'const hasTail = least >= 0 &&', 'const hasTail = least > least &&')],
  },
  {
    name: 'the way back to the linear model',
    edits: [edit('blend.ts', 'const share = certainty(', 'const share = 1 || certainty(')],
  },
  {
    name: 'the temperature',
    edits: [edit('blend.ts', 'Array.from({ length: 31 }, (_, step) => 0.5 + step * 0.05)', '[1]')],
  },
  { name: 'the mixing in of shares', edits: [edit('blend.ts', '[0, 0.0003, 0.001, 0.003, 0.01, 0.03]', '[0]')] },
  {
    name: 'the bag: one network of each kind',
    edits: [edit('target-training.ts', '          networks,\n', '          networks: networks.slice(0, 1),\n')],
  },
  {
    name: 'early stopping',
    edits: [edit('recipe.ts', '(rows < FEW_ROWS ? {} : { earlyStopping:', '(rows >= 0 ? {} : { earlyStopping:')],
  },
  { name: 'the smooth bound on numbers', edits: [edit('encode.ts', 'z / Math.sqrt(1 + (z / 3) * (z / 3))', 'z')] },
  { name: 'the bins of numbers', edits: [edit('encode.ts', 'const MOST_BINS = 12', 'const MOST_BINS = 1')] },
  {
    name: 'the indicators of missing cells',
    edits: [
      edit('encode.ts', 'hasMissing: sorted.length < values.length,', 'hasMissing: false,'),
      edit('encode.ts', 'hasMissing: missing > 0,', 'hasMissing: false,'),
    ],
  },
  { name: 'the words of texts', edits: [edit('encode.ts', 'const MOST_TEXT_WORDS = 40', 'const MOST_TEXT_WORDS = 0')] },
  {
    name: 'the parts of dates',
    edits: [edit('encode.ts', '  if (Number.isNaN(time)) return\n', '  if (time !== 0) return\n')],
  },
]
