// The table that is open: its columns, and the model that the command would train of it.
import { signal } from '@preact/signals'
import type { Effort } from 'wasmprop/table'
import { ask, stopTables } from '../table/client.ts'
import type { TrainedTable } from '../table/messages.ts'
import { Card } from '../ui/card.tsx'
import { SelectField } from '../ui/fields.tsx'
import { grouped } from '../ui/numbers.ts'
import type { TableRun } from './code.ts'
import { type OpenTable, openTable, targetOf } from './data/load.ts'
import { begin, setup } from './session.ts'
import { TableColumns } from './table-columns.tsx'
import { TableOutcome } from './table-outcome.tsx'

const EFFORTS: readonly Effort[] = ['quick', 'standard', 'thorough']
/** Columns that are offered as further targets */
const MOST_OFFERED = 40

const effort = signal<Effort>('standard')
/** What the model predicts beside the column that the network learns, by file */
const further = signal<{ readonly digest: string; readonly names: readonly string[] }>({ digest: '', names: [] })
const progress = signal<{ stage: string; fraction: number } | undefined>(undefined)
const failure = signal('')
const trained = signal<{ of: string; model: TrainedTable; run: TableRun } | undefined>(undefined)

const keyOf = (table: OpenTable, targets: readonly string[]) => JSON.stringify([table.digest, table.kinds, targets])

function targetsOf({ digest }: OpenTable, target: string): string[] {
  const { digest: own, names } = further.value
  return [target, ...(own === digest ? names.filter((name) => name !== target) : [])]
}

export function TableView() {
  const table = openTable.value
  const { data } = setup.value
  const target = targetOf(data)
  const isOpen = table !== undefined && target !== '' && (data.kind !== 'file' || data.digest === table.digest)
  if (!isOpen || (data.kind === 'set' && data.name !== table.digest)) return null
  const targets = targetsOf(table, target)
  const outcome = trained.value?.of === keyOf(table, targets) ? trained.value : undefined
  return (
    <Card title="The table" note={noteOn(table)} class="table-card">
      <TableColumns key={table.digest} table={table} target={target} />
      <h3>A model of the table</h3>
      <p class="small quiet">
        What the command <code>wasmprop train</code> does: networks and a linear model over folds, each scored on rows
        it never saw.
      </p>
      <FurtherTargets table={table} targets={targets} />
      <Training table={table} targets={targets} />
      {failure.value !== '' && <p class="note bad">{failure.value}</p>}
      {outcome && <TableOutcome model={outcome.model} run={outcome.run} table={table} />}
    </Card>
  )
}

function noteOn({ name, read: { rows, dialect } }: OpenTable): string {
  return `${name}: ${grouped(rows)} rows${dialect && `, ${dialect}`}`
}

function FurtherTargets({ table, targets }: { table: OpenTable; targets: readonly string[] }) {
  const [target, ...others] = targets
  const { digest, read } = table
  const offered = read.columns
    .filter(({ name, kind }) => name !== target && (kind === 'number' || kind === 'category' || kind === 'boolean'))
    .slice(0, MOST_OFFERED)
  const turn = (name: string, isWanted: boolean) => {
    const names = offered.map((column) => column.name)
    const wanted = names.filter((one) => (one === name ? isWanted : others.includes(one)))
    further.value = { digest, names: wanted }
  }
  return (
    <details class="further">
      <summary>It predicts {targets.join(', ')}: add more columns</summary>
      <fieldset class="checks">
        <legend class="only-heard">Also predict</legend>
        {offered.map(({ name }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={others.includes(name)}
              onChange={(event) => turn(name, event.currentTarget.checked)}
            />
            {name}
          </label>
        ))}
      </fieldset>
    </details>
  )
}

function Training({ table, targets }: { table: OpenTable; targets: readonly string[] }) {
  return (
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
        onClick={() => train(table, targets)}
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
  )
}

async function train(table: OpenTable, targets: readonly string[]): Promise<void> {
  failure.value = ''
  progress.value = { stage: 'starting', fraction: 0 }
  const onProgress = (stage: string, fraction: number) => {
    progress.value = { stage, fraction }
  }
  const { kinds } = table
  const run = { file: table.name, targets, kinds, effort: effort.value, seed: 0 }
  try {
    const model = await ask('train', { targets, kinds, effort: effort.value, seed: 0 }, onProgress)
    trained.value = { of: keyOf(table, targets), model, run }
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
