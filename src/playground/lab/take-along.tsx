// What the visitor takes along: the model, its weights, the program, the data with predictions, pictures, a link.
import { useSignal } from '@preact/signals'
import { copy, csvCell, fileOfLines, save } from '../files.ts'
import { codeOf } from './code.ts'
import { writeLink } from './link.ts'
import { classOf } from './looks.ts'
import { pictureBlob } from './picture.tsx'
import type { Part, Problem } from './problem.ts'
import { matrixOf, type Run } from './run.ts'
import * as session from './session.ts'

export function TakeAlong() {
  const said = useSignal('')
  const { hash, status, epoch } = session
  const run = session.currentRun()
  const isResting = status.value === 'ready' || status.value === 'diverged'
  if (run === undefined) return null
  const share = async () => {
    const link = new URL(writeLink(run.setup, run.log), location.href).href
    said.value = (await copy(link)) ? 'Link copied: it holds the data set, the network and every epoch.' : link
  }
  const attempt = (act: () => Promise<void> | void) => async () => {
    said.value = ''
    try {
      await act()
    } catch (error) {
      said.value = `Not saved: ${(error as Error).message}`
    }
  }
  return (
    <>
      <p>
        Weights after epoch {isResting ? epoch.value : '…'}:{' '}
        <code class="number" data-testid="hash">
          {isResting ? hash.value : '…'}
        </code>
        <span class="quiet small"> — the same in every browser and in Node.</span>
      </p>
      <div class="row">
        <button type="button" class="button primary" disabled={!isResting} onClick={share}>
          Copy a link to this run
        </button>
        <button type="button" class="button" disabled={!isResting} onClick={attempt(() => saveModel(run))}>
          Model (JSON)
        </button>
        <button type="button" class="button" disabled={!isResting} onClick={attempt(() => saveWeights(run))}>
          Weights (JSON)
        </button>
        <button type="button" class="button" disabled={!isResting} onClick={attempt(() => savePredictions(run))}>
          Data with predictions (CSV)
        </button>
        <button type="button" class="button" onClick={attempt(savePicture)}>
          Picture (PNG)
        </button>
        <button type="button" class="button" onClick={attempt(saveDrawing)}>
          Network (SVG)
        </button>
      </div>
      <p role="status" class="small breakable">
        {said.value}
      </p>
      <Program run={run} hash={hash.value} isResting={isResting} attempt={attempt} />
    </>
  )
}

interface ProgramProps {
  readonly run: Run
  readonly hash: string
  readonly isResting: boolean
  readonly attempt: (act: () => Promise<void>) => () => Promise<void>
}

function Program({ run, hash, isResting, attempt }: ProgramProps) {
  const isOpen = useSignal(false)
  const text = isOpen.value && isResting ? codeOf(run, hash) : ''
  return (
    <details onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>The program that does this run again</summary>
      <div class="row">
        <button type="button" class="button small" disabled={!isResting} onClick={() => copy(text)}>
          Copy
        </button>
        {run.division.training.rows > 500 && (
          <button type="button" class="button small" onClick={attempt(() => saveRows(run))}>
            Its rows (JSON)
          </button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre class="code" tabIndex={0} data-testid="program">
        {text}
      </pre>
    </details>
  )
}

async function saveModel({ network }: Run): Promise<void> {
  save('model.json', `${JSON.stringify(await network.toJSON(), null, 2)}\n`, 'application/json')
}

async function saveWeights({ network }: Run): Promise<void> {
  save('weights.json', `${JSON.stringify(await network.getWeights(), null, 2)}\n`, 'application/json')
}

async function saveRows({ division: { training }, problem }: Run): Promise<void> {
  function* lines() {
    const { rows, targets } = training
    for (let row = 0; row < rows; row++) {
      yield `${row === 0 ? '{"inputs":[' : ',\n'}${JSON.stringify(inputsOf(training, problem, row))}`
    }
    yield `],\n"targets":${JSON.stringify(Array.from(targets))}}\n`
  }
  save('training-rows.json', await fileOfLines(lines(), 'application/json'))
}

const inputsOf = ({ inputs }: Part, { inputNames: { length } }: Problem, row: number): number[] =>
  Array.from(inputs.subarray(row * length, (row + 1) * length))

async function savePredictions(run: Run): Promise<void> {
  const { problem, division } = run
  const parts = [
    ['training', division.training],
    ['held out', division.validation],
  ] as const
  const predict = async (part: Part) =>
    part.rows === 0 ? [] : ((await run.network.predict(matrixOf(problem, part))) as unknown as ArrayLike<number>)
  const outputs = await Promise.all(parts.map(([, part]) => predict(part)))
  function* lines() {
    const head = [...problem.inputNames, problem.targetName, `predicted ${problem.targetName}`, 'part']
    yield `${head.map(csvCell).join(',')}\r\n`
    for (const [place, [name, part]] of parts.entries()) yield* linesOf(problem, part, outputs[place], name)
  }
  save('predictions.csv', await fileOfLines(lines(), 'text/csv'))
}

function* linesOf(problem: Problem, part: Part, outputs: ArrayLike<number>, name: string): Iterable<string> {
  const { classes, task } = problem
  const wordOf = (value: number) => (task === 'classes' ? classes[value] : value)
  for (let row = 0; row < part.rows; row++) {
    const predicted = task === 'classes' ? classOf(outputs, row, classes.length) : outputs[row]
    const cells = [...inputsOf(part, problem, row), wordOf(part.targets[row]), wordOf(predicted), name]
    yield `${cells.map(csvCell).join(',')}\r\n`
  }
}

async function savePicture(): Promise<void> {
  const picture = await pictureBlob()
  if (picture !== null) save('picture.png', picture)
}

const SVG_STYLE = '.positive{stroke:#0877bd}.negative{stroke:#d9730d}path{fill:none;opacity:.8}'

function saveDrawing(): void {
  const drawn = document.querySelector('.network-lines')
  if (drawn === null) return
  const drawing = drawn.cloneNode(true) as SVGElement
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style')
  style.textContent = SVG_STYLE
  drawing.prepend(style)
  save('network.svg', new XMLSerializer().serializeToString(drawing), 'image/svg+xml')
}
