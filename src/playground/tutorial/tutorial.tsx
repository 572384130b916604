// The view that greets: a small network with all its numbers, one button, then a slider through everything it went through.
import './tutorial.css'
import { useEffect } from 'preact/hooks'
import { grouped } from '../ui/numbers.ts'
import { CheckCalculation } from './check.tsx'
import { Drawing } from './drawing.tsx'
import { LessonChoice } from './lesson-choice.tsx'
import { LossChart } from './loss-chart.tsx'
import { long } from './math.tsx'
import { open, opened } from './opened.ts'
import { inRow } from './quantities.tsx'
import { RowsTable } from './rows-table.tsx'
import {
  begin,
  epoch,
  failure,
  goTo,
  isPlaying,
  isTraining,
  lessonName,
  type Pass,
  pass,
  play,
  row,
  run,
  stopPlaying,
  train,
} from './run.ts'
import { StepBar } from './step-bar.tsx'
import { Unfolded } from './unfolded.tsx'
import { Worksheets } from './worksheets.tsx'

/** The last numbers stay while training runs. */
let last: Pass | undefined

export function Tutorial() {
  useEffect(() => {
    if (run.peek() === undefined) begin(lessonName.peek()).catch(tell)
    return stopPlaying
  }, [])
  last = pass.value ?? last
  if (failure.value !== '') return <p class="note bad">{failure.value}</p>
  const shown = last
  if (run.value === undefined || shown === undefined) return <p class="quiet">Loading …</p>
  return (
    <div class="tutorial">
      <div class="tutorial-head">
        <div>
          <h1>
            {run.value.result === undefined
              ? 'Press Train and watch a network learn'
              : 'Now drag the slider: every epoch is kept'}
          </h1>
          <p class="quiet">{shown.lesson.words}</p>
        </div>
        <LessonChoice />
      </div>
      <div class="tutorial-columns">
        <section class="card stage" aria-label="The network">
          <Controls pass={shown} />
          <Drawing pass={shown} row={row.value} />
          <RowsTable pass={shown} />
        </section>
        <div class="tutorial-side">
          <section class="card opened" aria-labelledby="opened-title">
            <h2 id="opened-title">{opened.value === undefined ? 'Open any number' : 'Where this number comes from'}</h2>
            <StepBar />
            <div id="opened-number">
              {opened.value === undefined ? <Invitation pass={shown} /> : <Unfolded pass={shown} name={opened.value} />}
            </div>
          </section>
          <CheckCalculation pass={shown} />
          <Worksheets />
        </div>
      </div>
    </div>
  )
}

function tell(error: Error): void {
  failure.value = `The network could not be made: ${error.message}`
}

function Invitation({ pass: shown }: { pass: Pass }) {
  const first = [
    { name: inRow(shown, 'out h1', row.value), words: 'What h1 gives' },
    { name: 'w5', words: 'How w5 changes' },
    { name: 'E total', words: 'What the loss is' },
  ]
  return (
    <>
      <p class="quiet">
        Click a weight, an output or an error in the network, and see the formula that made it, with its numbers. Each
        of those opens in turn, down to the data. Or go through one step of backpropagation, number by number.
      </p>
      <div class="row">
        {first.map(({ name, words }) => (
          <button key={name} type="button" class="button small" onClick={() => open(name)}>
            {words}
          </button>
        ))}
      </div>
    </>
  )
}

function Controls({ pass: shown }: { pass: Pass }) {
  const { result, lesson } = run.value!
  if (result === undefined) {
    return (
      <div class="controls is-before">
        <button type="button" class="button primary train" onClick={train} disabled={isTraining.value}>
          Train <span class="times">{grouped(lesson.epochs)} epochs</span>
        </button>
        <p class="quiet small">
          The first weights are {lesson.start}. An epoch shows the network{' '}
          {lesson.inputs.length === 1 ? 'the row' : 'all rows'} and moves each weight a little against its error.
        </p>
      </div>
    )
  }
  return (
    <div class="controls">
      <LossChart losses={result.loss} epoch={shown.epoch} />
      <input
        id="epoch"
        type="range"
        min="0"
        max={result.epochs}
        value={epoch.value}
        aria-label="Epoch"
        aria-valuetext={`epoch ${shown.epoch} of ${result.epochs}, loss ${long(shown.loss)}`}
        onInput={(event) => goTo(event.currentTarget.valueAsNumber)}
      />
      <div class="readout">
        <output>
          Epoch <b class="number">{grouped(shown.epoch)}</b>
        </output>
        <button
          type="button"
          class="button small"
          data-quantity="E total"
          aria-label={`Loss ${shown.loss.toPrecision(4)} of all rows`}
          onClick={() => open('E total')}
        >
          Loss <b class="number">{shown.loss.toPrecision(4)}</b>
        </button>
        <span class="spacer" />
        <button type="button" class="button small" onClick={() => goTo(epoch.value - 1)} aria-label="−1 epoch">
          −1
        </button>
        <button type="button" class="button small" onClick={() => goTo(epoch.value + 1)} aria-label="+1 epoch">
          +1
        </button>
        <button type="button" class="button small" onClick={isPlaying.value ? stopPlaying : play}>
          {isPlaying.value ? 'Stop' : 'Play again'}
        </button>
      </div>
      <Trained />
    </div>
  )
}

function Trained() {
  const { result, milliseconds = 0, hash, network } = run.value!
  if (result === undefined) return null
  const { name, reason } = network.engine
  return (
    <p class="quiet small" id="trained">
      {grouped(result.epochs)} epochs in {milliseconds.toFixed(1)} ms by{' '}
      {name === 'wasm' ? 'WebAssembly' : `TypeScript${reason === undefined ? '' : ` (${reason})`}`}. Weights’ hash{' '}
      <span class="number" id="weights-hash">
        {hash}
      </span>
      : the same in every browser, in Node, in both engines.
    </p>
  )
}
