// Check my calculation: a number worked out by hand, for any quantity of this epoch's step, and which slip it comes from.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Card } from '../ui/card.tsx'
import { open, opened, steps } from './opened.ts'
import { quantityOf } from './quantities.tsx'
import { type Pass, pass } from './run.ts'

interface Verdict {
  readonly kind: 'good' | 'warn' | 'bad'
  readonly text: string
}

export function CheckCalculation({ pass: shown }: { pass: Pass }) {
  const quantity = useSignal('')
  const written = useSignal('')
  const verdict = useSignal<Verdict | undefined>(undefined)
  const names = namesOf(shown)
  const isOffered = (name: string | undefined) => name !== undefined && names.includes(name)
  const chosen = isOffered(quantity.value) ? quantity.value : names[0]
  const preset = opened.value
  useEffect(() => {
    if (isOffered(preset)) quantity.value = preset as string
  }, [preset])
  useEffect(() => {
    verdict.value = undefined
  }, [shown, chosen])
  const check = async (event: Event) => {
    event.preventDefault()
    verdict.value = await verdictOn(chosen, written.value)
  }
  return (
    <Card title="Check my calculation">
      <p class="quiet small">Work out a number by hand. If it is wrong, you learn which slip it comes from.</p>
      <form class="check" onSubmit={check}>
        <div class="field">
          <label for="check-quantity">Number</label>
          <select
            id="check-quantity"
            value={chosen}
            onChange={(event) => {
              quantity.value = event.currentTarget.value
            }}
          >
            {names.map((name) => (
              <option key={name} value={name}>
                {quantityOf(shown, name).spoken}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for="check-written">What you got</label>
          <input
            id="check-written"
            type="text"
            inputMode="decimal"
            autocomplete="off"
            placeholder="0.3589"
            value={written.value}
            onInput={(event) => {
              written.value = event.currentTarget.value
              verdict.value = undefined
            }}
          />
        </div>
        <button type="submit" class="button" disabled={written.value.trim() === ''}>
          Check
        </button>
      </form>
      <div aria-live="polite">{verdict.value && <VerdictNote {...verdict.value} onShow={() => open(chosen)} />}</div>
    </Card>
  )
}

function VerdictNote({ kind, text, onShow }: Verdict & { onShow: () => void }) {
  return (
    <p class={`note ${kind}`} id="check-verdict">
      {text}{' '}
      {kind !== 'good' && (
        <button type="button" class="button small" onClick={onShow}>
          Show how it is done
        </button>
      )}
    </p>
  )
}

/** Those of the shown row, in the order of the step, and the errors and gradients of all rows */
function namesOf(shown: Pass): string[] {
  const names = steps.value.map(({ name }) => name)
  const weights = names.filter((name) => /^[wb]\d+$/.test(name))
  const sums = shown.rows.length === 1 ? [] : ['E total', ...weights.map((name) => `∂E/∂${name}`)]
  return [...new Set([...names.slice(0, names.length - weights.length), ...sums, ...weights])]
}

const KINDS = { right: 'good', close: 'warn', slip: 'warn', wrong: 'bad' } as const

async function verdictOn(quantity: string, written: string): Promise<Verdict> {
  const current = pass.peek()
  if (current === undefined) return { kind: 'bad', text: 'Wait until training is done.' }
  try {
    const { checkCalculation } = await import('wasmprop/lesson')
    const { verdict, text } = checkCalculation(current.rows, quantity, written)
    return { kind: KINDS[verdict], text: `${text}.` }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'bad', text: message.replace(/^checkCalculation: /, '') }
  }
}
