// What a trained model of a table is: how good, of which members, to be taken along, and asked.
import { copy, save } from '../files.ts'
import type { TargetScores, TrainedTable } from '../table/messages.ts'
import { grouped, short } from '../ui/numbers.ts'
import { commandOf, type TableRun, tableCodeOf } from './code.ts'
import type { OpenTable } from './data/load.ts'
import { SinglePrediction } from './single-prediction.tsx'
import { TableReport } from './table-report.tsx'

export function TableOutcome({ model, run, table }: { model: TrainedTable; run: TableRun; table: OpenTable }) {
  const { targets, rows, inputs, members, warnings, model: file, digest, milliseconds } = model
  return (
    <>
      <div class="table-scroll">
        {targets.map((scores) => (
          <Scores key={scores.name} {...scores} of={`${grouped(rows)} rows from ${grouped(inputs)} inputs`} />
        ))}
      </div>
      <p class="small">
        {members}; trained in {short(milliseconds / 1000)} s
      </p>
      {warnings.map((warning) => (
        <p key={warning} class="note warn small">
          {warning}
        </p>
      ))}
      <p class="small breakable">
        Model’s SHA-256:{' '}
        <code class="number" data-testid="model-digest">
          {digest}
        </code>
      </p>
      <div class="row">
        <button type="button" class="button" onClick={() => save('model.json', file)}>
          Model (JSON)
        </button>
        <button type="button" class="button" onClick={() => copy(tableCodeOf(run))}>
          Copy the program
        </button>
        <button type="button" class="button" onClick={() => copy(commandOf(run))}>
          Copy the command
        </button>
      </div>
      <pre class="code">{commandOf(run)}</pre>
      <TableReport key={digest} run={run} />
      <SinglePrediction key={`of ${digest}`} table={table} targets={run.targets} />
    </>
  )
}

function Scores({ name, task, loss, metrics, of }: TargetScores & { readonly of: string }) {
  const figures = [...Object.entries(loss).map(([of, value]) => [`loss: ${of}`, value] as const), ...metrics]
  return (
    <table>
      <caption>
        {name}: {task} of {of}
      </caption>
      <thead>
        <tr>
          <th scope="col">on rows never seen</th>
          <th scope="col" class="number">
            is
          </th>
        </tr>
      </thead>
      <tbody>
        {figures.map(([title, value]) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td class="number">{short(value, 4)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
