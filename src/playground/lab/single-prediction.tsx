// One prediction of a table's model, from fields for its columns, with what each column adds to it.
import { useSignal } from '@preact/signals'
import { ask } from '../table/client.ts'
import type { OnePrediction } from '../table/messages.ts'
import { percent, portion, short } from '../ui/numbers.ts'
import type { OpenTable } from './data/load.ts'

/** Fields that are shown; the other columns have the cells of the first row. */
const MOST_FIELDS = 40

export function SinglePrediction({ table, targets }: { table: OpenTable; targets: readonly string[] }) {
  const { columns } = table.read
  const asked = columns.filter(
    ({ name, kind }) => !targets.includes(name) && kind !== 'ignore' && kind !== 'identifier',
  )
  const shown = asked.slice(0, MOST_FIELDS)
  /** What was changed of the first row */
  const cells = useSignal<Record<string, string>>({})
  const outcome = useSignal<readonly OnePrediction[]>([])
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
        {shown.map(({ name, first: [cell = ''] }) => (
          <div class="field" key={name}>
            <label for={`cell-${name}`}>{name}</label>
            <input
              id={`cell-${name}`}
              type="text"
              value={cells.value[name] ?? cell}
              onInput={(event) => {
                cells.value = { ...cells.value, [name]: event.currentTarget.value }
              }}
            />
          </div>
        ))}
      </div>
      {asked.length > shown.length && (
        <p class="small quiet">and {asked.length - shown.length} more columns, as in the first row</p>
      )}
      <button type="submit" class="button">
        Predict
      </button>
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {outcome.value.map((one) => (
        <Prediction key={one.target} {...one} />
      ))}
    </form>
  )
}

function Prediction({ target, prediction, probabilities, explanation }: OnePrediction) {
  const { columns } = explanation
  const most = Math.max(1e-9, ...columns.map(({ contribution }) => Math.abs(contribution)))
  return (
    <div class="prediction" role="status">
      <p>
        {target}: <b>{prediction}</b>
        {probabilities.length > 0 && (
          <span class="quiet"> ({probabilities.map(([label, share]) => `${label} ${percent(share)}`).join(', ')})</span>
        )}
      </p>
      <table>
        <caption class="small quiet">
          From {short(explanation.base)} on average over the training rows to {short(explanation.prediction)}
        </caption>
        <tbody>
          {columns.map(({ column, contribution }) => (
            <tr key={column}>
              <th scope="row">{column}</th>
              <td class="number">{`${contribution > 0 ? '+' : ''}${short(contribution)}`}</td>
              <td class="bar-cell">
                <i
                  class={contribution < 0 ? 'negative' : 'positive'}
                  style={{ width: portion(Math.abs(contribution) / most) }}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
