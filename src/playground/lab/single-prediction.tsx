// One prediction of a table's model, from fields for its columns, with what each column adds to it.
import { useSignal } from '@preact/signals'
import { ask } from '../table/client.ts'
import type { OnePrediction } from '../table/messages.ts'
import { percent, short } from '../ui/numbers.ts'
import type { OpenTable } from './data/load.ts'

const MOST_BARS = 10

export function SinglePrediction({ table, target }: { table: OpenTable; target: string }) {
  const { schema, preview } = table.read
  const columns = schema.map((column, index) => ({ ...column, first: preview[0]?.[index] ?? '' }))
  const asked = columns.filter(({ name, kind }) => name !== target && kind !== 'ignore' && kind !== 'identifier')
  const cells = useSignal<Record<string, string>>(Object.fromEntries(asked.map(({ name, first }) => [name, first])))
  const outcome = useSignal<OnePrediction | undefined>(undefined)
  const failure = useSignal('')
  const predict = async (event: Event) => {
    event.preventDefault()
    failure.value = ''
    try {
      outcome.value = await ask('predict', { record: cells.value })
    } catch (error) {
      failure.value = (error as Error).message
    }
  }
  return (
    <form onSubmit={predict} class="single">
      <h3>One prediction, and what each column adds to it</h3>
      <div class="fields">
        {asked.map(({ name }) => (
          <div class="field" key={name}>
            <label for={`cell-${name}`}>{name}</label>
            <input
              id={`cell-${name}`}
              type="text"
              value={cells.value[name]}
              onInput={(event) => {
                cells.value = { ...cells.value, [name]: event.currentTarget.value }
              }}
            />
          </div>
        ))}
      </div>
      <button type="submit" class="button">
        Predict
      </button>
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {outcome.value && <Prediction outcome={outcome.value} target={target} />}
    </form>
  )
}

function Prediction({ outcome, target }: { outcome: OnePrediction; target: string }) {
  const { prediction, probabilities, explanation } = outcome
  const sorted = [...explanation.columns].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution))
  const most = Math.max(1e-9, ...sorted.map(({ contribution }) => Math.abs(contribution)))
  return (
    <div class="prediction" role="status">
      <p>
        {target}: <b>{prediction}</b>
        {probabilities.length > 0 && (
          <span class="quiet">
            {' '}
            (
            {probabilities
              .slice(0, 4)
              .map(([label, share]) => `${label} ${percent(share)}`)
              .join(', ')}
            )
          </span>
        )}
      </p>
      <table>
        <caption class="small quiet">
          From {short(explanation.base)} on average over the training rows to {short(explanation.prediction)}
        </caption>
        <tbody>
          {sorted.slice(0, MOST_BARS).map(({ column, contribution }) => (
            <tr key={column}>
              <th scope="row">{column}</th>
              <td class="number">{`${contribution > 0 ? '+' : ''}${short(contribution)}`}</td>
              <td class="bar-cell">
                <i
                  class={contribution < 0 ? 'negative' : 'positive'}
                  style={{ width: percent(Math.abs(contribution) / most) }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
