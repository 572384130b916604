// What can be asked of `wasmprop`: commands with their options and examples. Their code is loaded when one of them runs.
import {
  buildCommand,
  buildRouteMap,
  type Command,
  type CommandContext,
  type CommandFunction,
  type TypedCommandParameters,
} from '@stricli/core'
import { benchFlags } from './bench/options.ts'
import { commandHelp, type Documentation } from './help.ts'
import * as tables from './tables/options.ts'
import { tutorialFlags } from './tutorial-options.ts'
import { worksheetFlags } from './worksheet-options.ts'

type Run<FLAGS, ARGS extends readonly unknown[]> = (flags: FLAGS, ...operands: ARGS) => Promise<void>

/** `operands` are named as the usage text has them. */
function command<
  const FLAGS extends Readonly<Partial<Record<keyof FLAGS, unknown>>>,
  const ARGS extends readonly string[],
>(
  name: string,
  docs: Documentation,
  load: () => Promise<Run<FLAGS, ARGS>>,
  flags: NoInfer<Flags<FLAGS>>,
  ...operands: { [K in keyof ARGS]: string }
): Command<CommandContext> {
  const parameters = operands.map((placeholder) => ({ placeholder, brief: placeholder, parse: String }))
  const built = buildCommand<FLAGS, ARGS>({
    docs,
    loader: async () => (await load()) as CommandFunction<FLAGS, ARGS, CommandContext>,
    parameters: {
      flags: owned(flags),
      positional: { kind: 'tuple', parameters },
    } as unknown as TypedCommandParameters<FLAGS, ARGS, CommandContext>,
  })
  return { ...built, brief: docs.brief, formatHelp: () => commandHelp(name, built, docs) }
}

type Flags<FLAGS extends Readonly<Partial<Record<keyof FLAGS, unknown>>>> = TypedCommandParameters<
  FLAGS,
  [],
  CommandContext
>['flags']

/** Nothing is found in it that an object inherits: `--constructor` and the command `toString` are unknown. */
const owned = <T>(entries: T): T => Object.assign(Object.create(null), entries)

const MODEL = 'MODEL'
const FILE = 'FILE'

const train = command(
  'train',
  {
    brief: 'train a model of a table',
    examples: [
      ['wasmprop train penguins.csv --target species', 'a model in model.json'],
      ['wasmprop train sales.csv --target price --report report.html', 'and a page that shows how good it is'],
      ["wasmprop train homes.csv --target price --columns 'zip=category' --effort thorough", 'say what a column is'],
      ['zcat sales.csv.gz | wasmprop train - --target price', 'from standard input'],
    ],
    more: ['FILE is CSV or TSV of any dialect, JSON or JSON Lines, perhaps gzipped; - is standard input.'],
  },
  async () => (await import('./tables/train.ts')).train,
  tables.trainFlags,
  FILE,
)

const predict = command(
  'predict',
  {
    brief: 'predict the rows of a table',
    examples: [
      ['wasmprop predict model.json rows.csv > predictions.csv', 'CSV: the target, and of classes the probability'],
      ['wasmprop predict model.json rows.csv --with-rows --probabilities', 'beside the rows, of every class'],
      ['wasmprop predict model.json rows.csv --json', '{ target, classes?, predictions, probabilities? }'],
    ],
    more: ["Cells that a spreadsheet would take for formulas begin with ' unless --raw says otherwise."],
  },
  async () => (await import('./tables/predict.ts')).predict,
  tables.predictFlags,
  MODEL,
  FILE,
)

const evaluate = command(
  'evaluate',
  {
    brief: 'score a model on rows whose target is known',
    examples: [['wasmprop evaluate model.json test.csv', 'metrics, beside those of the baseline']],
  },
  async () => (await import('./tables/evaluate.ts')).evaluate,
  tables.evaluateFlags,
  MODEL,
  FILE,
)

const explain = command(
  'explain',
  {
    brief: 'show what each column adds to a prediction',
    examples: [['wasmprop explain model.json rows.csv --row 3', 'why the third row gets what it gets']],
    more: [
      'Contributions lead from the mean over training rows to the prediction: Shapley values by sampling, ± their standard errors.',
    ],
  },
  async () => (await import('./tables/explain.ts')).explain,
  tables.explainFlags,
  MODEL,
  FILE,
)

const inspect = command(
  'inspect',
  {
    brief: 'show what a table or a model is',
    examples: [
      ['wasmprop inspect penguins.csv', 'how it is written, and what each column is taken for'],
      ['wasmprop inspect model.json', 'what was trained, and how good it is'],
    ],
  },
  async () => (await import('./tables/inspect.ts')).inspect,
  tables.inspectFlags,
  FILE,
)

const compare = command(
  'compare',
  {
    brief: 'rank models of a table by cross-validation',
    examples: [
      ['wasmprop compare penguins.csv --target species', 'a leaderboard, and the command that trains its winner'],
    ],
  },
  async () => (await import('./tables/compare.ts')).compare,
  tables.compareFlags,
  FILE,
)

const verify = command(
  'verify',
  {
    brief: 'train again, and prove that a model is what it says',
    examples: [['wasmprop verify model.json penguins.csv', 'every weight equal, or not']],
    more: ['Exit code 4 where a weight differs; other rows (3) and models of another version (4) are refused.'],
  },
  async () => (await import('./tables/verify.ts')).verify,
  tables.verifyFlags,
  MODEL,
  FILE,
)

const tutorial = command(
  'tutorial',
  {
    brief: 'train the classic example: hours studied and slept, exam scores',
    examples: [
      ['wasmprop tutorial', 'inputs, outputs, the loss curve, both engines'],
      ['wasmprop tutorial --explain w5', 'the chain rule with numbers'],
      ['wasmprop tutorial --example mazur', "Matt Mazur's step by step example"],
      ['wasmprop tutorial --check w1=0.14982', 'a number of it that you got by hand: right, or which slip'],
    ],
  },
  async () => (await import('./tutorial.ts')).tutorial,
  tutorialFlags,
)

const worksheet = command(
  'worksheet',
  {
    brief: 'make a worksheet: one step of backpropagation by hand, with a key',
    examples: [
      ['wasmprop worksheet --seed 7', 'worksheet-7.html to print, worksheet-7-key.html, worksheet-7-moodle.xml'],
    ],
  },
  async () => (await import('./worksheet.ts')).worksheet,
  worksheetFlags,
)

const bench = command(
  'bench',
  {
    brief: 'race the engines and plain JavaScript over networks of several sizes',
    examples: [['wasmprop bench --quick', 'in half a minute']],
    more: ['Proves first that all come to the same weights, then times them in turn, each in a process of its own.'],
  },
  async () => (await import('./bench/bench.ts')).bench,
  benchFlags,
)

const completion = command(
  'completion',
  {
    brief: 'print what a shell needs to complete these commands',
    examples: [
      ['source <(wasmprop completion bash)', 'in ~/.bashrc; of zsh in ~/.zshrc, after compinit'],
      ['wasmprop completion fish > ~/.config/fish/completions/wasmprop.fish', 'of fish'],
    ],
    more: ['SHELL is bash, zsh or fish.'],
  },
  async () => (await import('./completion.ts')).completion,
  {},
  'SHELL',
)

export const routes = buildRouteMap({
  routes: owned({
    train,
    predict,
    evaluate,
    compare,
    inspect,
    explain,
    verify,
    tutorial,
    bench,
    worksheet,
    completion,
  }),
  docs: { brief: 'trains models' },
})
