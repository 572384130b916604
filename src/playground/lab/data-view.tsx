// Where the visitor chooses what is learned: a set, points of their own, or a table.
import { useSignal } from '@preact/signals'
import { grouped } from '../ui/numbers.ts'
import { type OpenTable, openTable } from './data/load.ts'
import { drawnSets, fileSets } from './data/sets.ts'
import { takeTable } from './data/take.ts'
import type { Problem } from './problem.ts'
import { change, problem, setup } from './session.ts'
import { SetIcon } from './set-icon.tsx'
import type { DataChoice } from './setup.ts'
import { SetupRange } from './setup-fields.tsx'

const sets = [
  ...Object.entries(drawnSets).map(([name, { title, about }]) => ({ name, title, about })),
  ...Object.entries(fileSets).map(([name, { title, about }]) => ({ name, title, about })),
]

export function DataCard() {
  const { data } = setup.value
  const isDrawn = data.kind === 'set' && data.name in drawnSets && data.name !== 'tutorial'
  return (
    <>
      <fieldset class="sets">
        <legend class="only-heard">Data set</legend>
        {sets.map(({ name, title, about }) => (
          <SetButton key={name} name={name} title={title} about={about} />
        ))}
        <SetButton name="points" title="Draw your own" about="click points into the picture" />
      </fieldset>
      <OwnTable />
      {isDrawn && (
        <>
          <SetupRange name="rows" min={20} max={2000} step={20} />
          <SetupRange name="noise" min={0} max={1} step={0.05} isShare />
        </>
      )}
      <SetupRange name="holdOut" min={0} max={0.8} step={0.05} isShare />
      <p class="small quiet">{problem.value && wordsOn(problem.value)}</p>
    </>
  )
}

function wordsOn({ rows, of = rows, inputNames: { length }, ofInputs = length, targetName }: Problem): string {
  const taken = of > rows ? `${grouped(rows)} of ${grouped(of)} rows, taken evenly` : `${grouped(rows)} rows`
  const inputs = ofInputs > length ? `the first ${length} of ${grouped(ofInputs)}` : length
  return `${taken}; ${inputs} inputs → ${targetName}`
}

const isChosen = (data: DataChoice, name: string) =>
  data.kind === 'points' ? name === 'points' : data.kind === 'set' && data.name === name

function SetButton({ name, title, about }: { name: string; title: string; about: string }) {
  const { data } = setup.value
  const choose = () => {
    if (name === 'points') void change({ data: { kind: 'points', points: STARTING_POINTS }, holdOut: 0 })
    else void change({ ...suited(name), data: { kind: 'set', name } as DataChoice })
  }
  const chosen = isChosen(data, name)
  return (
    <label class={chosen ? 'set chosen' : 'set'} title={about}>
      <input type="radio" name="set" class="only-heard" checked={chosen} onChange={choose} />
      <SetIcon name={name} />
      <span>{title}</span>
    </label>
  )
}

const STARTING_POINTS = [
  [-1, -1, 0],
  [-0.6, -1.2, 0],
  [1, 1, 1],
  [1.3, 0.6, 1],
] as const

/** What a set needs beside the defaults; a set does not inherit what another needed. */
const suited = (name: string) => {
  if (name === 'tutorial') return { holdOut: 0, targetScaling: 'standard', scaling: 'standard' } as const
  return { holdOut: 0.3, targetScaling: 'none' } as const
}

const PASTED = 'pasted table'

const shownAs = ({ name, read: { rows } }: OpenTable) => `${name}, ${grouped(rows)} rows`

function OwnTable() {
  const failure = useSignal('')
  const reading = useSignal('')
  const isOver = useSignal(false)
  const take = async (name: string, source: Blob | string) => {
    failure.value = ''
    reading.value = name
    try {
      await takeTable(name, source)
    } catch (error) {
      failure.value = (error as Error).message
    }
    reading.value = ''
  }
  const takeFile = (file: File | undefined | null) => {
    if (file) void take(file.name, file)
  }
  const table = openTable.value
  const isShown = setup.value.data.kind === 'file' && table !== undefined
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is beside picking and pasting, which keys can do
    <div
      class={isOver.value ? 'drop over' : isShown ? 'drop chosen' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault()
        isOver.value = true
      }}
      onDragLeave={() => (isOver.value = false)}
      onDrop={(event) => {
        event.preventDefault()
        isOver.value = false
        takeFile(event.dataTransfer?.files[0])
      }}
    >
      <label class="button small">
        <input
          type="file"
          class="only-heard"
          accept=".csv,.tsv,.txt,.gz,text/csv"
          onChange={(event) => takeFile(event.currentTarget.files?.[0])}
        />
        Open a CSV
      </label>
      <p class="small quiet" role="status">
        {reading.value !== ''
          ? `Reading ${reading.value} …`
          : isShown
            ? shownAs(table)
            : 'or drop it here. It stays in this browser.'}
      </p>
      <PastedTable onTake={(text) => void take(PASTED, text)} />
      {failure.value !== '' && (
        <p class="problem small" role="alert">
          {failure.value}
        </p>
      )}
    </div>
  )
}

/** A longer text is read at once when it is pasted: in a field it would hold the page up. */
const LONGEST_SHOWN = 100_000

function PastedTable({ onTake }: { onTake: (text: string) => void }) {
  const text = useSignal('')
  const paste = (event: ClipboardEvent) => {
    const pasted = event.clipboardData?.getData('text/plain') ?? ''
    if (pasted.length <= LONGEST_SHOWN) return
    event.preventDefault()
    onTake(pasted)
  }
  return (
    <details class="small">
      <summary>Paste a table</summary>
      <textarea
        rows={4}
        aria-label="A table as text"
        placeholder={'height,weight\n1.71,68'}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value)}
        onPaste={paste}
      />
      <button type="button" class="button small" disabled={text.value.trim() === ''} onClick={() => onTake(text.value)}>
        Use this table
      </button>
    </details>
  )
}
