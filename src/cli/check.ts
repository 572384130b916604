// `wasmprop tutorial --check w5=0.3589`: a number of Mazur's example that was worked out by hand, and the slip it comes from.
import { type CheckedCalculation, checkCalculation } from 'wasmprop/lesson'
import { describe } from '../errors.ts'
import { UsageError } from './flags.ts'
import { explainMazur } from './mazur.ts'
import { green, print, printJson, yellow } from './terminal.ts'
import { type TutorialFlags, tutorialFlags } from './tutorial-options.ts'

export async function check(values: TutorialFlags, given: string): Promise<void> {
  const [quantity, written, ...others] = given.split('=')
  if (written === undefined || others.length > 0)
    throw new UsageError(`--check: expected ${tutorialFlags.check.expects}, got ${describe(given)}`)
  const { explanation, network } = await explainMazur(values)
  const checked = checkCalculation(explanation, quantity, written)
  if (values.json) printJson({ command: 'tutorial', check: checked, trainedBy: network.engine, warnings: [] })
  else tell(checked)
}

function tell({ verdict, text }: CheckedCalculation): void {
  const isRight = verdict === 'right'
  print(`${isRight ? green('right') : yellow('not yet')}: ${text}.`)
  if (!isRight) print('See how it is done: wasmprop tutorial --example mazur --explain all')
}
