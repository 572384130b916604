// checkCalculation: Mazur's example, a thousand mistakes that are made here by code of the test's own, and right numbers,
// none of which may be accused.
import { describe, expect, it } from 'vitest'
import { checkCalculation, quantitiesOf } from '../../src/analysis/slips/check.ts'
import { rightValues, taskOf } from '../../src/analysis/slips/task.ts'
import { work } from '../../src/analysis/slips/work.ts'
import { createNetwork, type Explanation, explain, type NetworkConfig } from '../../src/index.ts'
import { fillUniform } from '../../src/numerics/random.ts'
import mazur from '../fixtures/mazur.json' with { type: 'json' }
import { refusal } from '../support/refusal.ts'

type Activation = 'sigmoid' | 'tanh' | 'relu' | 'linear'

/** Numbers from 0 to 1, the same in every run */
function numbers(seed: number): () => number {
  const drawn = new Float64Array(20_000)
  fillUniform(drawn, seed, 99, 0, 0)
  let next = 0
  return () => drawn[next++ % drawn.length]
}

interface Example {
  x: number[]
  target: number[]
  /** [unit][source] */
  hidden: number[][]
  hiddenBias: number[]
  output: number[][]
  outputBias: number[]
  rate: number
}

function example(draw: () => number, hiddenUnits: number, outputs: number): Example {
  const list = (count: number, low: number, high: number) =>
    Array.from({ length: count }, () => Number((low + draw() * (high - low)).toFixed(2)))
  const matrix = (units: number, sources: number) => Array.from({ length: units }, () => list(sources, -1, 1))
  return {
    x: list(2, 0.1, 1),
    target: list(outputs, 0.01, 0.99),
    hidden: matrix(hiddenUnits, 2),
    hiddenBias: list(hiddenUnits, -1, 1),
    output: matrix(outputs, hiddenUnits),
    outputBias: list(outputs, -1, 1),
    rate: 0.5,
  }
}

const transposed = (matrix: number[][]) => matrix[0].map((_, column) => matrix.map((row) => row[column]))

async function explained(
  { x, target, hidden, hiddenBias, output, outputBias, rate }: Example,
  activation: Activation = 'sigmoid',
  loss: NetworkConfig['loss'] = 'halfSquaredError',
): Promise<Explanation> {
  const network = await createNetwork({
    inputs: 2,
    layers: [
      { units: hidden.length, activation, weightInit: transposed(hidden), biasInit: hiddenBias },
      { units: output.length, activation, weightInit: transposed(output), biasInit: outputBias },
    ],
    loss,
    optimizer: { name: 'sgd', learningRate: rate },
    dtype: 'float64',
    seed: 1,
  })
  const explanation = explain(network, x, target)
  network.dispose()
  return explanation
}

async function explainMazur(): Promise<Explanation> {
  const { W1, b1, W2, b2 } = mazur.initial
  const layer = { units: 2, activation: 'sigmoid', trainBias: false } as const
  const network = await createNetwork({
    inputs: 2,
    layers: [
      { ...layer, weightInit: W1, biasInit: b1 },
      { ...layer, weightInit: W2, biasInit: b2 },
    ],
    loss: 'halfSquaredError',
    optimizer: { name: 'sgd', learningRate: mazur.lr },
    dtype: 'float64',
  })
  return explain(network, mazur.x, mazur.target)
}

describe("Mazur's example", () => {
  it.each([
    ['w5', '0.3589', 4, 'rounded to 4 digits'],
    ['w5', '0.35891648', 8, 'rounded to 8 digits'],
    ['new w5', '0,35891', 5, 'cut off to 5 digits'],
    ['w1', '1.4978e-1', 5, 'rounded to 5 digits'],
    ['w5', '0.4', 1, 'the old w5 looks the same'],
    ['dE/dw1', '4.3857 · 10^−4', 5, 'rounded to 5 digits'],
    ['dE/dw1', '0.00', 0, 'write more of them'],
    ['b1', '0.35', 2, 'rounded to 2 digits'],
    ['net_h1', '.3775', 4, 'rounded'],
    ['Error', '0.298', 3, 'rounded to 3 digits'],
    ['delta o2', '-0.0381', 3, 'rounded to 3 digits'],
  ])('%s = %s is right', async (quantity, written, digits, words) => {
    const checked = checkCalculation(await explainMazur(), quantity, written)
    expect(checked).toMatchObject({ verdict: 'right', digits, slips: [] })
    expect(checked.text).toContain(words)
  })

  it.each([
    // What the text itself prints as its error after the step comes from these.
    ['w1', mazur.variants.wrong_order_behind_published_totals.after_step[1].w1.toFixed(5), 'newWeights'],
    ['w2', mazur.variants.wrong_order_behind_published_totals.after_step[1].w2.toFixed(5), 'newWeights'],
    ['w5', '0.44108', 'stepSign'],
    ['w5', '0.40', 'otherQuantity'],
    ['net h1', '0.0275', 'biasLeftOut'],
    ['out o1', '1.1059', 'activationLeftOut'],
    ['delta o1', '0.74137', 'slopeLeftOut'],
    ['E total', '0.59674', 'halfLeftOut'],
    ['E total', '0.14919', 'dividedByOutputs'],
    ['∂E/∂w5', '0.041084', 'halfKept'],
    ['∂E/∂w5', '-0.082167', 'errorSign'],
    ['w5', '0.31783', 'rateLeftOut'],
    ['w5', '0.3598', 'digitsExchanged'],
    ['out h1', '5.9327', 'decimalPoint'],
    ['b1', '0.34561', 'frozenMoved'],
    ['∂E/∂out h1', '0.0554', 'pathLeftOut'],
  ])('%s = %s comes from %s', async (quantity, written, code) => {
    const { verdict, slips, text } = checkCalculation(await explainMazur(), quantity, written)
    expect(verdict).toBe('slip')
    expect(slips.map((slip) => slip.code)).toContain(code)
    expect(text).toContain(slips[0].text)
  })

  it('names both slips that lead to the same number', async () => {
    const { slips } = checkCalculation(await explainMazur(), 'w5', '0.44108')
    expect(slips.map(({ code }) => code)).toEqual(['errorSign', 'stepSign'])
  })

  it('names three slips at most', async () => {
    const explanation = await explainMazur()
    const few = [
      ['out h2', '0.4'],
      ['∂E/∂net o1', '0.2'],
      ['∂E/∂out o2', '0.2'],
      ['E total', '0.6'],
      ['w1', '0.2'],
      ['w6', '0.5'],
    ].map(([quantity, written]) => checkCalculation(explanation, quantity, written).slips.length)
    expect(few).toEqual([3, 3, 3, 3, 3, 3])
  })

  it('names a slip although numbers were rounded on the way', async () => {
    // The slope left out at o1: 0.74136507 and 0.59326999 with three decimals each
    const { slips } = checkCalculation(await explainMazur(), 'w5', (0.4 - 0.5 * 0.741 * 0.593).toFixed(6))
    expect(slips[0]).toMatchObject({ code: 'slopeLeftOut' })
    expect(slips[0].text).toContain('rounded to 3 decimals on the way')
  })

  it('blames rounding on the way alone', async () => {
    const { slips } = checkCalculation(await explainMazur(), '∂E/∂w5', (0.74 * 0.19 * 0.59).toFixed(6))
    expect(slips).toMatchObject([{ code: 'roundedOnTheWay' }])
    expect(slips[0].text).toContain('2 decimals')
  })

  it.each([
    ['0.358957', 'close'],
    ['0.7777', 'wrong'],
  ])('says of %s that it is %s, and accuses nothing', async (written, verdict) => {
    expect(checkCalculation(await explainMazur(), 'w5', written)).toMatchObject({ verdict, slips: [] })
  })

  it.each([
    ['w99', '1', 'quantity: expected one such as net h1, ∂E/∂w1, out o1, w1, got "w99"; did you mean "w'],
    ['w5', 'about 0.3', 'number: expected a number such as 0.3589, got "about 0.3"'],
    ['w5', '', 'number: expected a number such as 0.3589, got ""'],
    ['w5', '-', 'expected a number'],
  ])('refuses %s = %j', async (quantity, written, message) => {
    const explanation = await explainMazur()
    const error = refusal(() => checkCalculation(explanation, quantity, written))
    expect(error).toMatchObject({ code: 'INVALID_DATA' })
    expect(error.message).toContain(message)
  })
})

const cases = (['sigmoid', 'tanh', 'relu', 'linear'] as const).flatMap((activation) =>
  (['halfSquaredError', 'meanSquaredError'] as const).flatMap((loss) =>
    [1, 3].map((rows): [Activation, typeof loss, number] => [activation, loss, rows]),
  ),
)

describe('the calculation by hand', () => {
  it.each(cases)('gives the numbers of the engine: %s, %s, %i rows', async (activation, loss, rows) => {
    const draw = numbers(3)
    const shared = example(draw, 3, 2)
    const explanations: Explanation[] = []
    for (let row = 0; row < rows; row++) {
      const { x, target } = example(draw, 3, 2)
      explanations.push(await explained({ ...shared, x, target }, activation, loss))
    }
    const right = rightValues(explanations)
    const worked = work(taskOf(explanations))
    expect([...worked.keys()].sort()).toEqual([...right.keys()].sort())
    for (const [name, value] of right) expect(Math.abs((worked.get(name) ?? 0) - value), name).toBeLessThan(1e-12)
  })

  it('comes to the numbers of the engine where a layer has no biases', async () => {
    const config: NetworkConfig = {
      inputs: 2,
      layers: [
        { units: 2, activation: 'sigmoid', bias: false },
        { units: 1, activation: 'sigmoid' },
      ],
      loss: 'halfSquaredError',
      optimizer: 'sgd',
      dtype: 'float64',
      seed: 4,
    }
    const explanations = [explain(await createNetwork(config), [0.3, 0.7], [1])]
    const values = work(taskOf(explanations))
    expect(values.size).toBeGreaterThan(20)
    for (const [quantity, value] of rightValues(explanations)) {
      expect(values.get(quantity), quantity).toBeCloseTo(value, 12)
    }
  })

  it('gives the weights after a full batch as training does', async () => {
    const start = { name: 'uniform', low: 0, high: 1 } as const
    const network = await createNetwork({
      inputs: 2,
      layers: [
        { units: 3, activation: 'sigmoid', weightInit: start, biasInit: start },
        { units: 1, activation: 'sigmoid', weightInit: start, biasInit: start },
      ],
      loss: 'halfSquaredError',
      optimizer: { name: 'sgd', learningRate: 0.1 },
      scaling: { inputs: 'max', targets: { divideBy: 100 } },
      dtype: 'float64',
      seed: 1,
    })
    const X = [[2, 9], [1, 5], [3, 6]] // biome-ignore format: as a table
    const y = [[92], [86], [89]]
    network.fitScaling(X, y)
    const explanations = X.map((row, index) => explain(network, row, y[index]))
    network.trainSync(X, y, { epochs: 1, batchSize: 'full' })
    const [{ weights }] = network.getWeights()
    const written = weights[0][1].toFixed(12)
    expect(checkCalculation(explanations, 'w3', written)).toMatchObject({ verdict: 'right', digits: 12 })
    const [first] = explanations
    const alone = first.layers[0].neurons[1].weights[0].updated.toFixed(8)
    expect(checkCalculation(explanations, 'w3', alone).slips).toMatchObject([{ code: 'oneRow' }])
    expect(quantitiesOf(explanations)).toContain('out h2 row 3')
    const { slips } = checkCalculation(explanations, 'E total', first.totalError.toFixed(8))
    expect(slips.map(({ code }) => code)).toContain('oneRow')
    expect(checkCalculation(explanations, 'out h2 (3)', '0.5').quantity).toBe('out h2 row 3')
  })
})

const sigmoid = (net: number) => 1 / (1 + Math.exp(-net))

/** One step with a mistake in it, written down plainly, apart from the library: by name all that comes out */
function mistaken({ x, target, hidden, hiddenBias, output, outputBias, rate }: Example, mistake: string) {
  const is = (name: string) => mistake === name
  const all: Record<string, number> = {}
  const pass = (letter: string, weights: number[][], biases: number[], below: number[]) =>
    weights.map((own, unit) => {
      let net = is('no bias') ? 0 : biases[unit]
      own.forEach((weight, source) => {
        net += weight * below[source]
      })
      all[`net ${letter}${unit + 1}`] = net
      const out = is('net for output') ? net : sigmoid(is('exponent') ? -net : net)
      all[`out ${letter}${unit + 1}`] = out
      return out
    })
  const h = pass('h', hidden, hiddenBias, x)
  const o = pass('o', output, outputBias, h)
  const parts = o.map((out, k) => (is('no half') ? 1 : 0.5) * (target[k] - out) ** 2)
  all['E total'] = parts.reduce((sum, part) => sum + part, 0) / (is('mean') ? o.length : 1)
  const slope = (out: number, net: number) =>
    is('no slope') ? 1 : is('slope of net') ? net * (1 - net) : is('1 - out') ? 1 - out : out * (1 - out)
  const factor = (is('no half') ? 2 : is('half kept') ? 0.5 : 1) * (is('mean') ? 1 / o.length : 1)
  const deltas = o.map((out, k) => {
    const byOut = (is('target - out') ? target[k] - out : out - target[k]) * factor
    all[`∂E/∂out o${k + 1}`] = byOut
    all[`∂E/∂net o${k + 1}`] = byOut * slope(out, all[`net o${k + 1}`])
    return all[`∂E/∂net o${k + 1}`]
  })
  const step = (old: number, gradient: number) => {
    const size = gradient * (is('no rate') ? 1 : rate)
    return is('plus') ? old + size : is('step alone') ? -size : old - size
  }
  const newOutput = output.map((own, k) =>
    own.map((weight, j) => {
      const name = `w${2 * h.length + k * h.length + j + 1}`
      all[`∂E/∂${name}`] = deltas[k] * (is('no source') ? 1 : h[j])
      all[name] = step(weight, all[`∂E/∂${name}`])
      return all[name]
    }),
  )
  h.forEach((out, j) => {
    const used = is('new weights') ? newOutput : output
    const paths = deltas.map((delta, k) => delta * (is('no weight') ? 1 : used[k][j]))
    const byOut = is('one path') ? paths[0] : paths.reduce((sum, path) => sum + path, 0)
    all[`∂E/∂out h${j + 1}`] = byOut
    const delta = byOut * slope(out, all[`net h${j + 1}`])
    all[`∂E/∂net h${j + 1}`] = delta
    x.forEach((input, i) => {
      const name = `w${j * x.length + i + 1}`
      all[`∂E/∂${name}`] = delta * (is('no source') ? 1 : input)
      all[name] = step(hidden[j][i], all[`∂E/∂${name}`])
    })
  })
  return all
}

/** The test's mistakes, and the code for each: of these one must be named */
const MISTAKES: Record<string, string[]> = {
  'no bias': ['biasLeftOut'],
  'net for output': ['activationLeftOut'],
  exponent: ['exponentSign'],
  'no half': ['halfLeftOut'],
  'half kept': ['halfKept'],
  mean: ['dividedByOutputs'],
  'no slope': ['slopeLeftOut'],
  'slope of net': ['slopeOfNet'],
  '1 - out': ['outputLeftOutOfSlope'],
  'target - out': ['errorSign'],
  'no rate': ['rateLeftOut'],
  plus: ['stepSign'],
  'step alone': ['stepAlone'],
  'no source': ['sourceLeftOut'],
  'new weights': ['newWeights'],
  'no weight': ['weightLeftOut'],
  'one path': ['pathLeftOut'],
}

describe('a thousand mistakes of five digits', () => {
  it('are named in nine of ten cases or more, most of them alone', async () => {
    const draw = numbers(7)
    let count = 0
    let named = 0
    let alone = 0
    const missed: string[] = []
    while (count < 1000) {
      const one = example(draw, draw() < 0.5 ? 2 : 3, 2)
      const explanation = await explained(one)
      for (const [mistake, codes] of Object.entries(MISTAKES)) {
        const right = mistaken(one, 'none')
        const wrong = mistaken(one, mistake)
        const changed = Object.keys(wrong).filter((name) => wrong[name].toPrecision(5) !== right[name].toPrecision(5))
        const quantity = changed[Math.floor(draw() * changed.length)]
        const { slips } = checkCalculation(explanation, quantity, wrong[quantity].toPrecision(5))
        count++
        if (slips.some(({ code }) => codes.includes(code))) named++
        else missed.push(`${mistake}, ${quantity}: ${slips.map(({ code }) => code).join()}`)
        if (slips.length === 1) alone++
      }
    }
    expect(named / count, missed.join('\n')).toBeGreaterThanOrEqual(0.9)
    expect(alone / count).toBeGreaterThanOrEqual(0.5)
  })
})

describe('right numbers', () => {
  it('are never accused, rounded or cut off to any digits', async () => {
    const draw = numbers(11)
    for (let round = 0; round < 40; round++) {
      const one = example(draw, 2, 2)
      const explanation = await explained(one)
      for (const [quantity, value] of Object.entries(mistaken(one, 'none'))) {
        const digits = 1 + Math.floor(draw() * 9)
        const long = value.toFixed(14)
        const cut = long.slice(0, long.indexOf('.') + 1 + digits)
        for (const written of [value.toPrecision(digits), value.toFixed(digits), cut]) {
          expect(checkCalculation(explanation, quantity, written).verdict, `${quantity} = ${written}`).toBe('right')
        }
      }
    }
  })

  it('and numbers out of the air are rarely explained by a slip', async () => {
    const draw = numbers(13)
    let accused = 0
    for (let round = 0; round < 50; round++) {
      const one = example(draw, 2, 2)
      const explanation = await explained(one)
      const names = Object.keys(mistaken(one, 'none'))
      for (let each = 0; each < 20; each++) {
        const quantity = names[Math.floor(draw() * names.length)]
        const written = (mistaken(one, 'none')[quantity] * (0.5 + draw())).toPrecision(5)
        if (checkCalculation(explanation, quantity, written).verdict === 'slip') accused++
      }
    }
    expect(accused).toBeLessThan(20)
  })
})
