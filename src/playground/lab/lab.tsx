// The lab: data of one's own, a network of one's own, and what it learns.
import { useEffect } from 'preact/hooks'
import { addressOf, shared } from '../routes.ts'
import { Card } from '../ui/card.tsx'
import { SelectField } from '../ui/fields.tsx'
import { Bar, FurtherFields, TrainingFields } from './controls.tsx'
import { DataCard } from './data-view.tsx'
import { Equation } from './equation.tsx'
import { readLink } from './link.ts'
import { NetworkView } from './network-view.tsx'
import { Histograms, Judgement, LossChart } from './panels.tsx'
import { Picture } from './picture.tsx'
import { labWorker } from './run.ts'
import * as session from './session.ts'
import { begin, recallLab } from './session.ts'
import { defaults, readSetup } from './setup.ts'
import { TableView } from './table-view.tsx'
import { TakeAlong } from './take-along.tsx'
import type { Trouble } from './trouble.ts'
import './network.css'
import './panels.css'
import './lab.css'

labWorker() // its script is read while the view is drawn

let isBegun = false

/** What a link holds, else what the last visit left, else the defaults; once */
function beginOnce(link: string): void {
  if (link !== '') {
    const { isRun, setup, log } = readLink(link)
    history.replaceState(null, '', addressOf('lab'))
    isBegun = true
    void begin(setup, log, isRun ? '' : 'The link holds no run that can be read: was it cut off? This is a new one.')
  } else if (!isBegun) {
    isBegun = true
    const kept = recallLab()
    void begin(kept === undefined ? defaults : readSetup(kept.setup), readLink(kept).log)
  }
}

export function Lab() {
  const link = shared.value
  useEffect(() => beginOnce(link), [link])
  return (
    <div class="lab">
      <h1 class="only-heard">Your data, your network</h1>
      <Bar />
      <Messages />
      <div class="lab-columns">
        <Card title="Data" class="data-card">
          <DataCard />
        </Card>
        <Card title="Network" note={`${session.parameterCount.value} weights and biases`} class="network-card">
          <NetworkView />
          <TrainingFields />
          <FurtherFields />
        </Card>
        <Card title="What it has learned" class="picture-card">
          <Axes />
          <Picture />
          <LossChart />
        </Card>
      </div>
      <TableView />
      <div class="lab-more">
        <Card title="How it judges">
          <Judgement />
        </Card>
        <Card title="Weights and gradients">
          <Histograms />
        </Card>
        <Card title="The whole network as an equation" class="wide">
          <Equation />
        </Card>
        <Card title="Take it along" class="wide take-along">
          <TakeAlong />
        </Card>
      </div>
    </div>
  )
}

/** More nobody looks through, and each is an option twice. */
const MOST_AXES = 100

function Axes() {
  const { problem, axes } = session
  const names = problem.value?.inputNames ?? []
  if (names.length < 3) return null
  const options = names.slice(0, MOST_AXES).map((title, index) => ({ value: String(index), title }))
  const [x, y = 0] = axes.value
  return (
    <div class="axes">
      <SelectField
        label="Across"
        value={String(x)}
        options={options}
        onChange={(value) => session.turnTo([Number(value), y])}
      />
      <SelectField
        label="Upwards"
        value={String(y)}
        options={options}
        onChange={(value) => session.turnTo([x, Number(value)])}
      />
    </div>
  )
}

function Messages() {
  const { status, message, trouble, hurdles, epoch, isUntrained } = session
  const isFresh = isUntrained.value && trouble.value === undefined
  return (
    <div aria-live="polite" class="messages">
      {status.value === 'failed' && <p class="note bad">{message.value}</p>}
      {status.value === 'repeating' && <p class="note">Repeating the run exactly: epoch {epoch.value} …</p>}
      {status.value !== 'failed' && message.value !== '' && <p class="note">{message.value}</p>}
      {trouble.value && <TroubleCard trouble={trouble.value} />}
      {isFresh && hurdles.value.map((hurdle) => <TroubleCard key={hurdle.what} trouble={hurdle} />)}
    </div>
  )
}

function TroubleCard({ trouble: { title, what, why, mend } }: { trouble: Trouble }) {
  const mendIt = async () => {
    if (mend === undefined) return
    session.pause()
    await session.begin({ ...session.setup.value, ...mend.change }, [], `Mended: ${mend.label.toLowerCase()}.`)
    if (session.status.value === 'ready' && title !== 'Before you train') void session.play()
  }
  return (
    <div class="note warn trouble">
      <div>
        <h3>{title}</h3>
        <p>{what}</p>
        {why !== '' && <p>{why}</p>}
      </div>
      {mend && (
        <button type="button" class="button" onClick={mendIt}>
          {mend.label}
        </button>
      )}
    </div>
  )
}
