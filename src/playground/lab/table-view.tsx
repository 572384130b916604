// The table that is open: what each column is, to be corrected; the target; and the model that the command would train of it.
import { signal } from '@preact/signals'
import type { Effort, TableReport as Report } from 'wasmprop/table'
import { copy, save } from '../files.ts'
import { ask, stopTables } from '../table/client.ts'
import type { Kinds, TrainedTable } from '../table/messages.ts'
import { Card } from '../ui/card.tsx'
import { SelectField } from '../ui/fields.tsx'
import { grouped, percent, short } from '../ui/numbers.ts'
import { commandOf, type TableRun, tableCodeOf } from './code.ts'
import { type OpenTable, openTable, targetOf } from './data/load.ts'
import { begin, change, setup } from './session.ts'
import { columnKinds } from './setup.ts'
import { SinglePrediction } from './single-prediction.tsx'
import { TableReport } from './table-report.tsx'

const EFFORTS: readonly Effort[] = ['quick', 'standard', 'thorough']

const effort = signal<Effort>('standard')
const progress = signal<{ stage: string; fraction: number } | undefined>(undefined)
const failure = signal('')
const trained = signal<{ of: string; model: TrainedTable; run: TableRun } | undefined>(undefined)

const keyOf = (table: OpenTable, target: string) => JSON.stringify([table.digest, table.kinds, target])

export function TableView() {
  const table = openTable.value
  const { data } = setup.value
  const target = targetOf(data)
  const isOpen = table !== undefined && target !== '' && (data.kind !== 'file' || data.digest === table.digest)
  if (!isOpen || (data.kind === 'set' && data.name !== table.digest)) return null
  const model = trained.value?.of === keyOf(table, target) ? trained.value : undefined
  return (
    <Card title="The table" note={noteOn(table)} class="table-card">
      <Schema table={table} target={target} />
      <h3>A model of the table</h3>
      <p class="small quiet">
        What the command <code>wasmprop train</code> does: networks and a linear model over folds, each scored on rows
        it never saw.
      </p>
      <div class="row">
        <SelectField
          label="Effort"
          isLabelHidden
          value={effort.value}
          options={EFFORTS}
          onChange={(value) => (effort.value = value)}
        />
        <button
          type="button"
          class="button primary"
          disabled={progress.value !== undefined}
          onClick={() => train(table, target)}
        >
          Train a model of the table
        </button>
        {progress.value && (
          <>
            <progress max={1} value={progress.value.fraction} aria-label={progress.value.stage} />
            <span class="small quiet">{progress.value.stage}</span>
            <button type="button" class="button small" onClick={stop}>
              Stop
            </button>
          </>
        )}
      </div>
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {model && <Outcome {...model} table={table} target={target} />}
    </Card>
  )
}

function noteOn({ name, read: { rows, dialect } }: OpenTable): string {
  return `${name}: ${grouped(rows)} rows${dialect && `, ${dialect}`}`
}

async function train(table: OpenTable, target: string): Promise<void> {
  failure.value = ''
  progress.value = { stage: 'starting', fraction: 0 }
  const onProgress = (stage: string, fraction: number) => {
    progress.value = { stage, fraction }
  }
  const { kinds } = table
  const run = { file: table.name, target, kinds, effort: effort.value, seed: 0 }
  try {
    const model = await ask('train', { target, kinds, effort: effort.value, seed: 0 }, onProgress)
    trained.value = { of: keyOf(table, target), model, run }
  } catch (error) {
    failure.value = (error as Error).message
  }
  progress.value = undefined
}

/** The worker ends, and with it what it had read: the next question reads the file again. */
function stop(): void {
  stopTables()
  openTable.value = undefined
  progress.value = undefined
  void begin(setup.value)
}

function Schema({ table, target }: { table: OpenTable; target: string }) {
  const learn = (column: string, kinds: Kinds) => {
    const { name, digest, read } = table
    const kind = kinds[column] ?? read.schema.find((one) => one.name === column)?.kind
    const targetScaling = kind === 'number' ? 'standard' : 'none'
    void change({ data: { kind: 'file', name, digest, target: column, kinds }, targetScaling })
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section class="table-scroll" tabIndex={0} aria-label="Columns of the table">
      <table>
        <thead>
          <tr>
            <th scope="col">learn</th>
            <th scope="col">column</th>
            <th scope="col">is</th>
            <th scope="col">because</th>
            <th scope="col" class="number">
              missing
            </th>
            <th scope="col" class="number">
              distinct
            </th>
            <th scope="col">first rows</th>
          </tr>
        </thead>
        <tbody>
          {table.read.schema.map(({ name, kind, because, missing, distinct }, index) => (
            <tr key={name}>
              <td>
                <input
                  type="radio"
                  name="target"
                  aria-label={`Learn ${name}`}
                  checked={name === target}
                  onChange={() => learn(name, table.kinds)}
                />
              </td>
              <th scope="row">{name}</th>
              <td>
                <SelectField
                  label={`What ${name} is`}
                  isLabelHidden
                  value={kind}
                  options={columnKinds}
                  onChange={(value) => learn(target, { ...table.kinds, [name]: value })}
                />
              </td>
              <td class="quiet">{because}</td>
              <td class="number">{missing}</td>
              <td class="number">{distinct}</td>
              <td class="preview quiet">{table.read.preview.map((row) => row[index]).join(', ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Outcome(props: { model: TrainedTable; run: TableRun; table: OpenTable; target: string }) {
  const { model, run, table, target } = props
  const { report, warnings, choices, json, digest, milliseconds } = model
  return (
    <>
      <Scores report={report} />
      <p class="small">
        {choices.members
          .filter(({ weight }) => weight > 0)
          .map(({ name, weight }) => `${percent(weight)} ${name}`)
          .join(', ')}
        ; trained in {short(milliseconds / 1000)} s
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
        <button type="button" class="button" onClick={() => save('model.json', json, 'application/json')}>
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
      <SinglePrediction table={table} target={target} />
    </>
  )
}

function Scores({ report }: { report: Report }) {
  return (
    <div class="table-scroll">
      {report.targets.map(({ name, task, loss, metrics }) => (
        <table key={name}>
          <caption>
            {name}: {task} of {report.rows} rows from {report.inputs} inputs
          </caption>
          <thead>
            <tr>
              <th scope="col">loss of</th>
              {Object.keys(loss).map((key) => (
                <th key={key} scope="col" class="number">
                  {key}
                </th>
              ))}
              {metricsOf(metrics).map(([key]) => (
                <th key={key} scope="col" class="number">
                  {key}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">rows never seen</th>
              {Object.entries(loss).map(([key, value]) => (
                <td key={key} class="number">
                  {short(value, 4)}
                </td>
              ))}
              {metricsOf(metrics).map(([key, value]) => (
                <td key={key} class="number">
                  {short(value, 4)}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      ))}
    </div>
  )
}

const metricsOf = (metrics: object) =>
  Object.entries(metrics).filter(
    ([key, value]) => key !== 'rows' && key !== 'baseline' && typeof value === 'number',
  ) as [string, number][]
