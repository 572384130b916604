// Which number is opened: by a click in the network, by a step, in a table; and where the steps stand.
import { batch, computed, signal } from '@preact/signals'
import { type Stage, stages, stepsOf } from './quantities.tsx'
import { epoch, goTo, lastEpoch, pass, row } from './run.ts'

/** A name as quantityOf takes it */
export const opened = signal<string | undefined>(undefined)

export const steps = computed(() => (pass.value === undefined ? [] : stepsOf(pass.value, row.value)))

/** The step whose number is opened, or −1 */
export const stepIndex = computed(() => steps.value.findIndex(({ name }) => name === opened.value))

export function open(name: string): void {
  opened.value = name
}

/** The number after the opened one; after the last the next epoch begins. */
export function nextStep(): void {
  const next = stepIndex.peek() + 1
  if (next < steps.peek().length) {
    open(steps.peek()[next].name)
    return
  }
  batch(() => {
    if (epoch.peek() < lastEpoch.peek()) goTo(epoch.peek() + 1)
    open(steps.value[0].name)
  })
}

export function previousStep(): void {
  open(steps.peek()[Math.max(0, stepIndex.peek() - 1)].name)
}

export function openStage(stage: Stage): void {
  const first = steps.peek().find((step) => step.stage === stage)
  if (first) open(first.name)
}

/** Of the opened number: a number that is opened out of order has a stage too. */
export const stage = computed(() => steps.value[stepIndex.value]?.stage)
export { stages }

/** Another row's network: the same number of it stays opened. */
export function showRow(index: number): void {
  batch(() => {
    row.value = index
    if (opened.value !== undefined) opened.value = opened.value.replace(/ row \d+$/, ` row ${index + 1}`)
  })
}
