// The arguments as they were typed, made ready for stricli, which takes an option once and knows no empty values.
import type { Command, CommandContext } from '@stricli/core'
import { expectationOf, UsageError } from './flags.ts'
import { optionsOf } from './help.ts'

/** Keeps the last one of each option. Throws a UsageError for `--name=`. */
export function lastOptions(args: readonly string[], target: Command<CommandContext> | undefined): string[] {
  const options = new Map(optionsOf(target))
  const kept: { name?: string; words: string[] }[] = []
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--') return [...kept.flatMap(({ words }) => words), ...args.slice(at)]
    const [, name = '', value] = /^--([^=]+)(=.*)?$/s.exec(args[at]) ?? []
    const flag = options.get(name)
    if (flag === undefined) {
      kept.push({ words: [args[at]] })
      continue
    }
    if (value === '=') throw new UsageError(`--${name}: expected ${expectationOf(flag)}, got ""`)
    const takesNext = flag.kind !== 'boolean' && value === undefined && at + 1 < args.length
    const before = kept.findIndex((other) => other.name === name)
    // What may be given several times adds up.
    if (before >= 0 && !('variadic' in flag && flag.variadic)) kept.splice(before, 1)
    kept.push({ name, words: takesNext ? [args[at], args[++at]] : [args[at]] })
  }
  return kept.flatMap(({ words }) => words)
}
