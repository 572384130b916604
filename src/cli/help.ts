// The texts of --help: how a command is called, examples, then every option.
import type { Command, CommandContext, RouteMap } from '@stricli/core'
import { bold, dim, paragraph, print, width } from './terminal.ts'

export interface Documentation {
  readonly brief: string
  /** Paragraphs */
  readonly more?: readonly string[]
  /** Command lines and what they do */
  readonly examples?: readonly (readonly [line: string, does: string])[]
}

type Target = Command<CommandContext> | RouteMap<CommandContext> | undefined

type Flag = NonNullable<Command<CommandContext>['parameters']['flags']>[string]

/** `learning-rate` */
export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The options of a command by the names that are typed */
export function optionsOf(target: Target): (readonly [name: string, flag: Flag])[] {
  if (target === undefined || !('parameters' in target)) return []
  return Object.entries(target.parameters.flags ?? {}).flatMap(([name, flag]) =>
    'hidden' in flag && flag.hidden ? [] : [[isNegated(flag) ? `no-${kebab(name)}` : kebab(name), flag] as const],
  )
}

/** What is on by default is shown as what turns it off. */
const isNegated = (flag: Flag): boolean => flag.kind === 'boolean' && flag.default === true

export function commandHelp(name: string, target: Command<CommandContext>, docs: Documentation): string {
  const { positional } = target.parameters
  const operands =
    positional?.kind === 'tuple' ? positional.parameters.map(({ placeholder = 'FILE' }) => placeholder) : []
  const examples = (docs.examples ?? []).flatMap(([line, does]) => [`  ${dim(`# ${does}`)}`, `  ${line}`])
  const rows = [
    ...optionsOf(target).map(([option, flag]) => {
      const values = flag.kind === 'enum' || flag.kind === 'parsed' ? ` ${flag.placeholder ?? 'TEXT'}` : ''
      return [`--${option}${values}`, flag.brief] as const
    }),
    ['--help', 'print this text'] as const,
  ]
  return [
    `Usage: wasmprop ${[name, ...operands].join(' ')} [options]`,
    '',
    ...paragraph(docs.brief),
    ...(examples.length === 0 ? [] : ['', bold('Examples'), ...examples]),
    ...(docs.more ?? []).flatMap((text) => ['', ...paragraph(text)]),
    '',
    bold('Options'),
    ...columns(rows),
    '',
    ...paragraph('Where an option is repeated, the last one counts.'),
    '',
  ].join('\n')
}

/** Names to the left, words to the right of them, or below where the terminal is narrow or the name long */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const isNarrow = width < 60
  const left = isNarrow ? 2 : Math.min(26, Math.max(...rows.map(([form]) => form.length)))
  return rows.flatMap(([form, words]) => {
    const lines = paragraph(words, width - left - 4)
    const indented = lines.map((line) => `${' '.repeat(left + 4)}${line}`)
    if (isNarrow || form.length > left) return [`  ${form}`, ...indented]
    return [`  ${form.padEnd(left)}  ${lines[0]}`, ...indented.slice(1)]
  })
}

export function printUsage(routes: RouteMap<CommandContext>): void {
  const entries = routes.getAllEntries().filter(({ hidden }) => !hidden)
  print(
    [
      ...paragraph(`${bold('wasmprop')} trains networks and models of tables, to the same bits on every host.`),
      '',
      'Usage: wasmprop <command> [options]',
      '',
      bold('Examples'),
      `  ${dim('# a model of a table, and what it predicts')}`,
      '  wasmprop train penguins.csv --target species',
      '  wasmprop predict model.json penguins.csv',
      `  ${dim('# what this is about, in a second')}`,
      '  wasmprop tutorial',
      '',
      bold('Commands'),
      ...columns(entries.map(({ name, target }) => [name.original, target.brief] as const)),
      '',
      bold('Options'),
      ...columns([
        ['--help', 'print this text; after a command: its options'],
        ['--version', 'print the version'],
      ]),
      '',
      ...paragraph(
        'Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 the data are, 4 the model is, 5 training diverged, 130 interrupted.',
      ),
      ...paragraph('Where an option is repeated, the last one counts.'),
    ].join('\n'),
  )
}
