// The report of a model as one page that needs nothing else: no script, no other file, and a policy that forbids both.

import { tableOf } from './chart.ts'
import { calibrationFigure, confusionFigure } from './classes.ts'
import { html, type Markup, sentence, trusted, whole } from './html.ts'
import type { ReportInput, ReportTarget } from './input.ts'
import { count, percent, short } from './numbers.ts'
import { numberCalibrationFigure, predictedFigure, residualFigure } from './regression.ts'
import { style } from './style.ts'
import { curveFigures, importanceFigure, leaderboard, searchTable } from './training.ts'

/** SHA-256 of the style, in base64; a test computes it anew. */
export const STYLE_HASH = '4n/S1gRf93neC/0x21k2Pj/+YFxCLSRnf66Lg6wxdX4='
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`

/** The whole page. It loads nothing and runs nothing; text of the data is clipped and escaped wherever it stands. */
export function reportPage(input: ReportInput): string {
  const title = `${input.targets.map(({ name }) => name).join(', ')} from ${input.source}`
  const isOne = input.targets.length === 1
  const body = html`<header><h1>${isOne ? 'What predicts ' : 'What predicts: '}${input.targets.map(({ name }, place) => html`${place > 0 && ', '}<span>${name}</span>`)}</h1><p class="soft">${input.source}: ${count(input.rows, 'row')}, ${count(input.schema.length, 'column')}</p>${navigation(input)}</header><main>${
    input.warnings.length > 0 &&
    html`<section aria-labelledby="warnings"><h2 id="warnings">Warnings</h2><ul class="warnings">${input.warnings.map((warning) => html`<li>${sentence(warning)}</li>`)}</ul></section>`
  }${input.targets.map((target, place) => targetSection(target, place, isOne))}${columnsSection(input)}${choicesSection(input)}${repeatSection(input)}</main><footer>wasmprop ${input.version}. Every number about predictions is of rows that the networks which predict them had not seen.</footer>`
  return html`${trusted('<!doctype html>')}
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer"><title>${title}</title><style>${trusted(style)}</style></head>
<body>${body}</body></html>
`.text
}

function navigation({ targets, warnings }: ReportInput): Markup {
  const links = [
    ...(warnings.length > 0 ? [['warnings', count(warnings.length, 'warning')]] : []),
    ...targets.map(({ name }, place) => [`target${place}`, targets.length === 1 ? 'How good it is' : name]),
    ['columns', 'Columns'],
    ['choices', 'Choices'],
    ['repeat', 'Repeat it'],
  ]
  return html`<nav aria-label="Contents"><ul>${links.map(([id, name]) => html`<li><a href="${`#${id}`}">${name}</a></li>`)}</ul></nav>`
}

function targetSection(target: ReportTarget, place: number, isOne: boolean): Markup {
  const { name, unseen, curves = [], importance = [], lossName, task, labels } = target
  const id = `target${place}`
  const own =
    unseen === undefined ? [] : task === 'classification' ? [] : [predictedFigure(unseen), residualFigure(unseen)]
  const figures = [
    ...own,
    ...(unseen === undefined
      ? []
      : [task === 'classification' ? calibrationFigure(unseen, labels) : numberCalibrationFigure(unseen)]),
    ...(importance.length > 0 ? [importanceFigure(importance, lossName)] : []),
    ...curveFigures(curves),
  ]
  return html`<section aria-labelledby="${id}"><h2 id="${id}">How good it is${!isOne && html`: ${name}`}</h2>${verdict(target)}<dl class="tiles">${tiles(target)}</dl>${
    unseen !== undefined && task === 'classification' && confusionFigure(unseen, labels)
  }<div class="figures">${figures}</div><h3>Leaderboard</h3>${leaderboard(target)}${searchOf(target)}</section>`
}

function searchOf({ trials = [], lossName }: ReportTarget): Markup | false {
  if (trials.length === 0) return false
  return html`<h3>Search</h3><p>Recipes were tried briefly, the better ones longer, and the best trained in full. By ${lossName}; rounds look at different rows, so compare within a round.</p>${searchTable(trials)}`
}

/** In a sentence: what the model comes to, and beside what */
function verdict({ task, metrics, loss, lossName, rows }: ReportTarget): Markup {
  const values = new Map(metrics)
  const beside = html`Its ${lossName} is ${short(loss.model)}, a linear model's ${short(loss.linear)}, without any column ${short(loss.baseline)}.`
  const gain =
    loss.model >= loss.linear && html` The linear model is as good: there is nothing in these rows that needs more.`
  if (task === 'classification') {
    const accuracy = values.get('accuracy') ?? Number.NaN
    const baseline = values.get('baseline') ?? Number.NaN
    return html`<p>Of ${count(rows, 'row')} that the networks had not seen, <strong>${percent(accuracy)}</strong> get the right class; the commonest class alone would get ${percent(baseline)}. ${beside}${gain}</p>`
  }
  const error = values.get('rootMeanSquaredError') ?? Number.NaN
  return html`<p>For ${count(rows, 'row')} that the networks had not seen, predictions explain <strong>${percent(values.get('r2') ?? Number.NaN)}</strong> of the variance; they are off by ${short(values.get('meanAbsoluteError') ?? Number.NaN)} on average (root mean square ${short(error)}; of the mean alone ${short(values.get('baseline') ?? Number.NaN)}). ${beside}${gain}</p>`
}

const NAMES: Readonly<Record<string, string>> = {
  accuracy: 'accuracy',
  balancedAccuracy: 'balanced accuracy',
  logLoss: 'log loss',
  r2: 'R²',
  rootMeanSquaredError: 'root mean square error',
  meanAbsoluteError: 'mean absolute error',
}

function tiles({ metrics, task }: ReportTarget): Markup[] {
  const all = metrics.map(([name, value]) => {
    if (name === 'baseline') {
      return task === 'classification'
        ? (['accuracy of the commonest class', percent(value)] as const)
        : (['root mean square error of the mean', short(value)] as const)
    }
    return [NAMES[name] ?? name, /accuracy/i.test(name) ? percent(value) : short(value)] as const
  })
  return all.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
}

function columnsSection({ schema, rows }: ReportInput): Markup {
  const lines = schema.map(({ name, kind, because, missing, distinct }) => [
    name,
    kind,
    html`<span class="because">${sentence(because)}</span>`,
    missing === 0 ? '–' : `${missing} (${percent(missing / rows)})`,
    distinct,
  ])
  const head = ['column', 'kind', 'why', 'missing', 'distinct']
  return html`<section aria-labelledby="columns"><h2 id="columns">Columns</h2>${tableOf('Columns and their kinds', head, lines, [false, false, false, true, true])}</section>`
}

function choicesSection({ choices }: ReportInput): Markup {
  return html`<section aria-labelledby="choices"><h2 id="choices">Choices</h2><dl class="choices">${choices.map(([name, value]) => html`<dt>${name}</dt><dd>${sentence(value)}</dd>`)}</dl></section>`
}

function repeatSection({ command }: ReportInput): Markup {
  return html`<section aria-labelledby="repeat"><h2 id="repeat">Repeat it</h2><p>The same rows, options and version come to the same model, to the last bit:</p><pre tabindex="0"><code>${whole(command)}</code></pre></section>`
}
