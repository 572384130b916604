// The rows: what goes in, what is wanted, what comes out; the one whose numbers the network shows is chosen here.
import { long } from './math.tsx'
import { open, opened, showRow } from './opened.ts'
import { inRow } from './quantities.tsx'
import { type Pass, row } from './run.ts'

export function RowsTable({ pass }: { pass: Pass }) {
  const { lesson } = pass
  return (
    <div class="table-scroll">
      <table class="rows">
        <caption class="only-heard">Rows, and what the network predicts for them</caption>
        <thead>
          <tr>
            <th scope="col">
              <span class="only-heard">Shown</span>
            </th>
            {[...lesson.inputNames, ...lesson.targetNames.map((name) => `${name} wanted`)].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
            {lesson.targetNames.map((name) => (
              <th key={name} scope="col" class="number">
                predicted
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pass.rows.map((_, index) => (
            <Row key={lesson.inputs[index].join()} {...{ pass, index }} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ pass, index }: { pass: Pass; index: number }) {
  const { lesson, predictions } = pass
  const isShown = row.value === index
  return (
    <tr class={isShown ? 'is-shown' : ''}>
      <td>
        <input
          type="radio"
          name="row"
          aria-label={`Show row ${index + 1} in the network`}
          checked={isShown}
          onChange={() => showRow(index)}
        />
      </td>
      {[...lesson.inputs[index], ...lesson.targets[index]].map((value, column) => (
        <td key={column} class="number">
          {value}
        </td>
      ))}
      {predictions[index].map((value, output) => {
        const name = inRow(pass, `out o${output + 1}`, index)
        const shown = value.toFixed(lesson.targetScale === 1 ? 4 : 2)
        return (
          <td key={name} class="number">
            <button
              type="button"
              class="linklike number"
              data-prediction={value}
              aria-label={`Predicted for row ${index + 1}: ${shown}, exactly ${long(value)}`}
              aria-pressed={opened.value === name}
              onClick={() => {
                showRow(index)
                open(name)
              }}
            >
              {shown}
            </button>
          </td>
        )
      })}
    </tr>
  )
}
