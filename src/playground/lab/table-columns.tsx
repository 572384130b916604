// The columns of the table that is open: what each is, to be corrected, and which of them is learned.
import { useSignal } from '@preact/signals'
import type { Kinds, ShownColumn } from '../table/messages.ts'
import { SelectField } from '../ui/fields.tsx'
import { grouped } from '../ui/numbers.ts'
import type { OpenTable } from './data/load.ts'
import { change } from './session.ts'
import { columnKinds } from './setup.ts'

/** Of wider tables so many columns are shown; the others are found by their names. */
const MOST_SHOWN = 60

export function TableColumns({ table, target }: { table: OpenTable; target: string }) {
  const wanted = useSignal('')
  const { columns } = table.read
  const found = columns.filter(({ name }) => name.toLowerCase().includes(wanted.value.toLowerCase()))
  const shown = found.slice(0, MOST_SHOWN)
  return (
    <>
      {columns.length > MOST_SHOWN && (
        <div class="row">
          <input
            type="search"
            aria-label="Find a column"
            placeholder="Find a column"
            value={wanted.value}
            onInput={(event) => (wanted.value = event.currentTarget.value)}
          />
          <span class="small quiet" role="status">
            {grouped(shown.length)} of {grouped(columns.length)} columns; {target} is learned
          </span>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
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
            {shown.map((column) => (
              <Column key={column.name} column={column} table={table} target={target} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

interface ColumnProps {
  readonly column: ShownColumn
  readonly table: OpenTable
  readonly target: string
}

function Column({ column: { name, kind, because, missing, distinct, first }, table, target }: ColumnProps) {
  return (
    <tr>
      <td>
        <input
          type="radio"
          name="target"
          aria-label={`Learn ${name}`}
          checked={name === target}
          onChange={() => learn(table, name, table.kinds)}
        />
      </td>
      <th scope="row">{name}</th>
      <td>
        <SelectField
          label={`What ${name} is`}
          isLabelHidden
          value={kind}
          options={columnKinds}
          onChange={(value) => learn(table, target, { ...table.kinds, [name]: value })}
        />
      </td>
      <td class="quiet">{because}</td>
      <td class="number">{grouped(missing)}</td>
      <td class="number">{grouped(distinct)}</td>
      <td class="preview quiet">{first.join(', ')}</td>
    </tr>
  )
}

function learn({ name, digest, read }: OpenTable, column: string, kinds: Kinds): void {
  const kind = kinds[column] ?? read.columns.find((one) => one.name === column)?.kind
  const targetScaling = kind === 'number' ? 'standard' : 'none'
  void change({ data: { kind: 'file', name, digest, target: column, kinds }, targetScaling })
}
