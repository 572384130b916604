// L-BFGS on functions of a few variables and on a network: PyTorch's numbers, the Wolfe conditions, resuming, and what
// has no minimum or no number.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PROGRAM, STEP } from '../../assembly/program.ts'
import { createNetwork, type Network } from '../../src/index.ts'
import { Network as InnerNetwork } from '../../src/network/network.ts'
import { optimizers } from '../../src/tables/optimizers.ts'
import { type LbfgsProblem, type LbfgsStep, lbfgsStep } from '../../src/training/lbfgs.ts'
import { bitsOf, dtypes, engines, expectRefusal, relativeDifference, rowsOf } from '../support/networks.ts'

const stateBlocks = (historySize: number) => optimizers.lbfgs.stateBlocks({ historySize })

/** An objective: its value at `x`, and its gradients put into `g` (zeros) */
type Objective = (x: ArrayLike<number>, g: number[]) => number

interface Checkpoint {
  weights: number[]
  objective: number
  evaluations: number
  sensitivity: number
}

interface Fixture {
  start: number[]
  runs: { rate: number; historySize: number; checkpoints: Record<string, Checkpoint> }[]
}

const file = new URL('../fixtures/lbfgs.json', import.meta.url)
const {
  network: networkFixture,
  classes: classesFixture,
  ...others
}: Record<string, Fixture> & {
  network: Fixture & { inputs: number[][]; targets: number[][] }
  classes: Fixture & { inputs: number[][]; signs: number[] }
} = JSON.parse(readFileSync(file, 'utf8'))
const fixtures: Record<string, Fixture> = { ...others, classes: classesFixture }

const rosenbrock: Objective = (x, g) => {
  let sum = 0
  for (let i = 0; i + 1 < x.length; i++) {
    const bend = x[i + 1] - x[i] * x[i]
    const rest = 1 - x[i]
    sum += 100 * bend * bend + rest * rest
    g[i] -= 400 * bend * x[i] + 2 * rest
    g[i + 1] += 200 * bend
  }
  return sum
}

/** factor · Σ (xᵢ₊₁ − xᵢ)² */
const pulls = (factor: number, x: ArrayLike<number>, g: number[]): number => {
  let sum = 0
  for (let i = 0; i + 1 < x.length; i++) {
    const pull = x[i + 1] - x[i]
    sum += factor * pull * pull
    g[i] -= 2 * factor * pull
    g[i + 1] += 2 * factor * pull
  }
  return sum
}

const quadratic: Objective = (x, g) => {
  let sum = pulls(0.5, x, g)
  let curvature = 1
  for (let i = 0; i < x.length; i++) {
    sum += 0.5 * curvature * x[i] * x[i] - x[i]
    g[i] += curvature * x[i] - 1
    curvature *= 4
  }
  return sum
}

const quartic: Objective = (x, g) => {
  let sum = pulls(0.25, x, g)
  for (let i = 0; i < x.length; i++) {
    const off = x[i] * x[i] - 1
    sum += off * off + 0.3 * x[i]
    g[i] += 4 * off * x[i] + 0.3
  }
  return sum
}

const kinks: Objective = (x, g) => {
  let sum = pulls(0.1, x, g)
  for (let i = 0; i < x.length; i++) {
    const off = x[i] - 1
    const root = Math.sqrt(off * off + 1e-6)
    sum += root
    g[i] += off / root
  }
  return sum
}

const wells: Objective = (x, g) => {
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    for (let center = -3; center <= 3; center++) {
      const off = x[i] - center
      const depth = 0.2 / (1 + 40 * off * off)
      sum += 0.05 * x[i] * x[i] - depth
      g[i] += 0.1 * x[i] + 400 * depth * depth * off
    }
  }
  return sum
}

const classes: Objective = (x, g) => {
  const { inputs, signs } = classesFixture
  let sum = 0
  inputs.forEach((row, index) => {
    const z = signs[index] * row.reduce((total, input, i) => total + input * x[i], 0)
    const root = Math.sqrt(1 + z * z)
    sum += (root - z) / inputs.length
    row.forEach((input, i) => {
      g[i] += ((z / root - 1) * signs[index] * input) / inputs.length
    })
  })
  for (let i = 0; i < x.length; i++) {
    sum += 0.005 * x[i] * x[i]
    g[i] += 0.01 * x[i]
  }
  return sum
}

const objectives: Record<string, Objective> = {
  rosenbrock2: rosenbrock,
  rosenbrock10: rosenbrock,
  quadratic,
  quartic,
  kinks,
  wells,
  classes,
}

interface Problem extends LbfgsProblem {
  readonly slots: Float64Array
  readonly size: number
}

interface Options {
  historySize?: number
  dtype?: (typeof dtypes)[number]
}

const GUARD = 12345

/** A problem in a memory of gradients, state and weights with pads, between two numbers that nothing may touch */
function problemOf(objective: Objective, start: number[], { historySize = 10, dtype = 'float64' }: Options = {}) {
  const count = 4 * Math.ceil((start.length + 1) / 4)
  const blocks = 2 + stateBlocks(historySize)
  const values = dtype === 'float32' ? new Float32Array(count * blocks + 2) : new Float64Array(count * blocks + 2)
  const weights = 1 + (blocks - 1) * count
  values.set(start, weights)
  values.fill(GUARD, 0, 1).fill(GUARD, weights + count)
  const slots = new Float64Array(8)
  const problem: Problem = {
    values,
    count,
    weights,
    gradients: 1,
    state: 1 + count,
    historySize,
    tolerance: 1e-9,
    slots,
    size: start.length,
    get: (slot) => slots[slot],
    set: (slot, value) => {
      slots[slot] = value
    },
    evaluate: () => {
      const g = new Array<number>(start.length).fill(0)
      const value = objective(weightsOf(problem), g)
      values.set(g, 1)
      return value
    },
  }
  return problem
}

const weightsOf = ({ values, weights, size }: Problem) => Array.from(values.subarray(weights, weights + size))
const stateOf = ({ values, state, count, historySize }: Problem) =>
  values.subarray(state, state + count * stateBlocks(historySize))

function expectPadsAndGuards({ values, count, size }: Problem): void {
  expect([values[0], values[values.length - 1]]).toEqual([GUARD, GUARD])
  for (let block = 1; block + count < values.length; block += count) {
    expect(values.subarray(block + size, block + count).every((pad) => Object.is(pad, 0))).toBe(true)
  }
}

/** The objective at the present weights, leaving everything else */
function objectiveOf(problem: Problem): number {
  const kept = problem.values.slice()
  const objective = problem.evaluate()
  problem.values.set(kept)
  return objective
}

function stepsOf(problem: LbfgsProblem, rate: number, steps: number): LbfgsStep[] {
  return Array.from({ length: steps }, () => lbfgsStep(problem, rate))
}

const runsOf = (all: Record<string, Fixture>) =>
  Object.entries(all).flatMap(([name, { runs, start }]) =>
    runs.map((run) => ({ ...run, name, start, title: `${name}, rate ${run.rate}, history ${run.historySize}` })),
  )
const runs = runsOf(fixtures)

/** Where another order of sums may end up */
const boundOf = ({ sensitivity }: Checkpoint) => Math.max(1e-12, 20 * sensitivity)

describe('PyTorch', () => {
  it.each(runs)('agrees on $title', (run) => {
    const problem = problemOf(objectives[run.name], run.start, run)
    let evaluations = 0
    for (let step = 1; step <= 50; step++) {
      evaluations += lbfgsStep(problem, run.rate).evaluations
      if (!Object.hasOwn(run.checkpoints, step)) continue
      const { [step]: wanted } = run.checkpoints
      const bound = boundOf(wanted)
      expect(evaluations, `evaluations up to step ${step}`).toBe(wanted.evaluations)
      expect(relativeDifference(weightsOf(problem), wanted.weights), `step ${step}`).toBeLessThanOrEqual(bound)
      const difference = Math.abs(objectiveOf(problem) - wanted.objective) / Math.max(1, Math.abs(wanted.objective))
      expect(difference, `objective of step ${step}`).toBeLessThanOrEqual(bound)
    }
    expectPadsAndGuards(problem)
  })
})

describe('networks', () => {
  const { inputs, targets, start } = networkFixture
  const setWeights = (network: Network, w: ArrayLike<number>) => {
    const at = (from: number, to: number) => Array.from(w).slice(from, to)
    network.setWeights([
      { weights: [at(0, 4), at(4, 8)], biases: at(8, 12) },
      { weights: [[w[12]], [w[13]], [w[14]], [w[15]]], biases: [w[16]] },
    ])
  }

  const objectiveWith = async (engine: (typeof engines)[number]): Promise<Objective> => {
    const layers = [{ units: 4, activation: 'tanh' as const }, { units: 1 }]
    const network = await createNetwork({ inputs: 2, layers, dtype: 'float64', seed: 1, engine })
    return (w, g) => {
      setWeights(network, w)
      const { loss, layers: gradients } = network.gradients(inputs, targets)
      gradients
        .flatMap(({ weights, biases }) => [...weights.flat(), ...biases])
        .forEach((gradient, i) => {
          g[i] = gradient
        })
      return loss
    }
  }

  it.each(runsOf({ network: networkFixture }))('agree with PyTorch in both engines: $title', async (run) => {
    const ends: string[] = []
    for (const engine of engines) {
      const problem = problemOf(await objectiveWith(engine), start, run)
      for (let step = 1; step <= 50; step++) {
        lbfgsStep(problem, run.rate)
        if (!Object.hasOwn(run.checkpoints, step)) continue
        const { [step]: wanted } = run.checkpoints
        expect(relativeDifference(weightsOf(problem), wanted.weights), `step ${step}`).toBeLessThanOrEqual(
          boundOf(wanted),
        )
      }
      ends.push(bitsOf(Array.from(problem.values), problem.slots))
    }
    expect(ends[1]).toBe(ends[0])
  })

  it.each(runsOf({ network: networkFixture }))("train to PyTorch's weights in both engines: $title", async (run) => {
    const hashes: string[] = []
    for (const engine of engines) {
      const layers = [{ units: 4, activation: 'tanh' as const }, { units: 1 }]
      const optimizer = { name: 'lbfgs', learningRate: run.rate, historySize: run.historySize } as const
      const network = await createNetwork({ inputs: 2, layers, optimizer, dtype: 'float64', seed: 1, engine })
      setWeights(network, start)
      for (const [step, wanted] of Object.entries(run.checkpoints)) {
        const done = InnerNetwork.stateOf(network).engine
        const epochs = Number(step) - new Float64Array(done.buffer, PROGRAM + STEP, 1)[0]
        await network.train(inputs, targets, { epochs })
        const weights = network.getWeights().flatMap((layer) => [...layer.weights.flat(), ...layer.biases])
        expect(relativeDifference(weights, wanted.weights), `step ${step}`).toBeLessThanOrEqual(boundOf(wanted))
      }
      hashes.push(network.weightsHash())
    }
    expect(hashes[1]).toBe(hashes[0])
  })

  it.each(engines)(
    'search in loss, penalties and decay together, in several blocks of weighted rows, in %s',
    async (engine) => {
      const network = await createNetwork({
        inputs: 2,
        layers: [{ units: 30, activation: 'tanh' }, { units: 1 }],
        optimizer: { name: 'lbfgs', weightDecay: 0.01 },
        regularization: { l1: 1e-4, l2: 1e-3 },
        dtype: 'float64',
        seed: 1,
        engine,
      })
      const rows = rowsOf(700, 2, 1)
      const expected = rows.map(([a, b]) => [a * b])
      const sampleWeights = rows.map(([a]) => 1 + a)
      const objective = () => {
        const copy = network.clone()
        const loss = copy.trainOnBatch(rows, expected, { sampleWeights })
        copy.dispose()
        const layers = network.getWeights()
        const weights = layers.flatMap((layer) => layer.weights.flat())
        const biases = layers.flatMap((layer) => layer.biases)
        const sum = (values: number[], term: (value: number) => number) => values.reduce((all, w) => all + term(w), 0)
        const square = (w: number) => w * w
        return (
          loss +
          sum(weights, Math.abs) * 1e-4 +
          sum(weights, square) * 5e-4 +
          sum([...weights, ...biases], square) * 0.005
        )
      }
      const objectives = [objective()]
      for (let epoch = 0; epoch < 15; epoch++) {
        const { loss } = network.trainSync(rows, expected, { epochs: 1, sampleWeights })
        expect(loss[0]).toBeLessThan(objectives[epoch])
        objectives.push(objective())
        expect(objectives[epoch + 1]).toBeLessThanOrEqual(objectives[epoch])
      }
      expect(objectives[15]).toBeLessThan(objectives[0] / 2)
    },
  )

  it('have no gradients clipped', async () => {
    const config = { inputs: 1, layers: [{ units: 1 }], optimizer: 'lbfgs', clipNorm: 1 } as const
    await expectRefusal(
      createNetwork(config),
      'INVALID_CONFIG',
      /^clipNorm: expected no such option with the optimizer lbfgs/,
    )
  })
})

/** Both conditions of the last step, c₁ 1e-4 and c₂ 0.9 with what rounding takes; leaves the state. */
function expectWolfe(problem: Problem, { objective }: LbfgsStep, title: string): void {
  // The direction and the gradients at the start are the state's first blocks, the step length is slot 1.
  const { state, count, size, gradients, slots, values } = problem
  const after = problem.evaluate()
  const slopeOf = (block: number) => {
    let slope = 0
    for (let i = 0; i < size; i++) slope += values[state + i] * values[block + i]
    return slope
  }
  const slope = slopeOf(state + count)
  const decrease = objective + 1e-4 * slots[1] * slope - after
  expect(decrease, `${title}: decrease`).toBeGreaterThanOrEqual(-1e-15 * Math.abs(objective))
  expect(Math.abs(slopeOf(gradients)), `${title}: slope`).toBeLessThanOrEqual(0.9 * (1 + 1e-9) * -slope)
}

describe('steps', () => {
  it.each(runs)('fulfil the strong Wolfe conditions on $title', (run) => {
    const problem = problemOf(objectives[run.name], run.start, run)
    const steps = Array.from({ length: 50 }, (_, step) => {
      const done = lbfgsStep(problem, run.rate)
      if (done.outcome === 'moved') expectWolfe(problem, done, `step ${step + 1}`)
      return done
    })
    expect(steps.filter(({ outcome }) => outcome === 'moved').length).toBeGreaterThan(5)
    expect(steps.filter(({ outcome }) => outcome !== 'moved' && outcome !== 'converged')).toEqual([])
  })

  it.each(dtypes)('go on to the same bits in %s from weights, state and slots', (dtype) => {
    for (const historySize of [1, 3, 10]) {
      const start = [-1.2, 1, -1.2, 1, 0.5]
      const straight = problemOf(rosenbrock, start, { historySize, dtype })
      for (let step = 1; step <= 25; step++) {
        const resumed = problemOf(rosenbrock, weightsOf(straight), { historySize, dtype })
        stateOf(resumed).set(stateOf(straight))
        resumed.slots.set(straight.slots)
        expect(lbfgsStep(resumed, 1)).toEqual(lbfgsStep(straight, 1))
        expect(bitsOf(Array.from(resumed.values), resumed.slots)).toBe(
          bitsOf(Array.from(straight.values), straight.slots),
        )
      }
    }
  })

  it.each(dtypes)('never lead up in %s, and to a minimum', (dtype) => {
    for (const [name, steps, least] of [
      ['rosenbrock2', 60, 1e-6],
      ['rosenbrock10', 150, 1e-6],
      ['quartic', 60, -1.7],
      ['classes', 30, 0.95],
    ] as const) {
      const problem = problemOf(objectives[name], fixtures[name].start, { dtype })
      const heights = stepsOf(problem, 1, steps).map(({ objective }) => objective)
      heights.push(objectiveOf(problem))
      heights.slice(1).forEach((height, step) => {
        expect(height, `${name}, step ${step + 1}`).toBeLessThanOrEqual(heights[step])
      })
      expect(heights[steps], name).toBeLessThan(least)
      expectPadsAndGuards(problem)
    }
  })

  it('keep the newest pair alone with a history of 1', () => {
    expect(stateBlocks(1)).toBe(5)
    const problem = problemOf(rosenbrock, [-1.2, 1], { historySize: 1 })
    const steps = stepsOf(problem, 1, 150)
    expect(steps[149]).toMatchObject({ outcome: 'converged', evaluations: 1 })
    expect(relativeDifference(weightsOf(problem), [1, 1])).toBeLessThan(1e-4)
    expectPadsAndGuards(problem)
  })

  it('move by nothing at a rate of 0, and go on afterwards', () => {
    const problem = problemOf(quartic, fixtures.quartic.start)
    stepsOf(problem, 1, 5)
    const before = [weightsOf(problem), Array.from(stateOf(problem)), Array.from(problem.slots)]
    expect(lbfgsStep(problem, 0)).toMatchObject({ outcome: 'moved', evaluations: 1 })
    expect([weightsOf(problem), Array.from(stateOf(problem)), Array.from(problem.slots)]).toEqual(before)
  })
})

/** x₀ + x₁ + … of a function of each with its derivative */
const each =
  (f: (x: number) => number, derivative: (x: number) => number): Objective =>
  (x, g) =>
    Array.from(x).reduce((sum, value, i) => {
      g[i] = derivative(value)
      return sum + f(value)
    }, 0)

describe('no minimum, no number', () => {
  it('stays where the gradients are 0', () => {
    const problem = problemOf(quartic, [])
    expect(lbfgsStep(problem, 1)).toEqual({ objective: 0, outcome: 'converged', evaluations: 1 })
    const saddle = problemOf(
      each(
        (x) => x * x * x * x - x * x,
        (x) => 4 * x * x * x - 2 * x,
      ),
      [0, 0, 0],
    )
    expect(lbfgsStep(saddle, 1)).toEqual({ objective: 0, outcome: 'converged', evaluations: 1 })
    expect(weightsOf(saddle)).toEqual([0, 0, 0])
    expect(saddle.slots.every((value) => value === 0)).toBe(true)
  })

  it('stays where the gradients are at most 1e-7 without looking for a direction, or promise less than 1e-9', () => {
    for (const [gradient, hasDirection] of [
      [1e-7, 0],
      [1.1e-7, 1],
      [1e-6, 1],
    ]) {
      const problem = problemOf(
        each(
          (x) => gradient * x,
          () => gradient,
        ),
        [3, 4],
      )
      for (const { outcome, evaluations } of stepsOf(problem, 1, 3)) {
        expect([outcome, evaluations]).toEqual(['converged', 1])
      }
      expect(weightsOf(problem)).toEqual([3, 4])
      expect(problem.slots[0]).toBe(hasDirection)
    }
  })

  // √x is NaN below 0; the minimum is at 1.
  it.each([1, 100, 1e6])('never walks into NaN at rate %d', (rate) => {
    const problem = problemOf(
      each(
        (x) => x - 2 * Math.sqrt(x),
        (x) => 1 - 1 / Math.sqrt(x),
      ),
      [9, 4, 0.25],
    )
    const steps = stepsOf(problem, rate, 30)
    expect(steps.every(({ objective }) => Number.isFinite(objective))).toBe(true)
    expect(objectiveOf(problem)).toBeCloseTo(-3, 9)
    expect(steps[29].outcome).toBe('converged')
  })

  it('takes a derivative that is not finite for a wall', () => {
    const problem = problemOf(
      each(
        (x) => x * x,
        (x) => (x < 1 ? Number.NaN : 2 * x),
      ),
      [8],
    )
    const steps = stepsOf(problem, 100, 5)
    expect(steps[0].outcome).toBe('moved')
    expect(steps.every(({ objective }) => Number.isFinite(objective))).toBe(true)
    expect(weightsOf(problem)[0]).toBeGreaterThanOrEqual(1)
    expect(weightsOf(problem)[0]).toBeLessThan(2)
  })

  it('goes back where nothing finite is lower', () => {
    const start = [0.1, -0, 0.3]
    const problem = problemOf((x, g) => {
      g.fill(1)
      return Array.from(x).every((value, i) => value === start[i]) ? 5 : Number.NaN
    }, start)
    // Of a first step's length and of the rate alone: then nothing is left to try.
    for (const outcome of ['failed', 'converged', 'failed']) {
      expect(lbfgsStep(problem, 1)).toEqual({ objective: 5, outcome, evaluations: 27 })
      expect(weightsOf(problem)).toEqual(start)
    }
    expectPadsAndGuards(problem)
  })

  it('changes nothing where the start is not finite', () => {
    for (const [value, gradient] of [
      [Number.NaN, 1],
      [Infinity, 1],
      [1, Number.NaN],
      [1, -Infinity],
    ]) {
      const problem = problemOf(
        each(
          () => value,
          () => gradient,
        ),
        [1],
      )
      expect(lbfgsStep(problem, 1)).toEqual({ objective: value, outcome: 'notFinite', evaluations: 1 })
      expect(weightsOf(problem)).toEqual([1])
      expect(stateOf(problem).every((number) => number === 0)).toBe(true)
      expect(problem.slots.every((number) => number === 0)).toBe(true)
    }
  })

  it.each(dtypes)('falls for ever, but to finite places, in %s', (dtype) => {
    const slope = problemOf(
      each(
        (x) => -x,
        () => -1,
      ),
      [0, 1],
      { dtype },
    )
    const cliff = problemOf(
      each(
        (x) => -x * x * x * x,
        (x) => -4 * x * x * x,
      ),
      [1, 2],
      { dtype },
    )
    for (const problem of [slope, cliff]) {
      const heights = stepsOf(problem, 1, 12).map(({ objective }) => objective)
      expect(heights.every(Number.isFinite)).toBe(true)
      expect(heights[11]).toBeLessThan(-1e9)
      expect(weightsOf(problem).every(Number.isFinite)).toBe(true)
    }
  })

  it('refuses infinite weights that have a finite objective', () => {
    const problem = problemOf(
      each(
        (x) => 1 / (1 + x),
        (x) => -1 / ((1 + x) * (1 + x)),
      ),
      [1],
      { dtype: 'float32' },
    )
    expect(lbfgsStep(problem, 1e40).outcome).toBe('moved')
    expect(weightsOf(problem)[0]).toBeGreaterThan(1e30)
    expect(weightsOf(problem)[0]).toBeLessThan(Infinity)
  })

  it('keeps its state finite where the change of the gradients overflows', () => {
    const root = (x: number) => Math.sqrt(x * x + 0.01)
    const problem = problemOf(
      each(
        (x) => 2e38 * root(x),
        (x) => (2e38 * x) / root(x),
      ),
      [1],
      { dtype: 'float32' },
    )
    lbfgsStep(problem, 1.2)
    const [before] = weightsOf(problem)
    expect(Math.fround(problem.values[problem.gradients] - 2e38)).toBe(-Infinity)
    for (let step = 2; step <= 6; step++) {
      expect(lbfgsStep(problem, 1.2).outcome).not.toBe('notFinite')
      expect(stateOf(problem).every(Number.isFinite)).toBe(true)
    }
    expect(Math.abs(weightsOf(problem)[0])).toBeLessThan(0.5 * Math.abs(before))
  })

  it('starts afresh where the history does not lead down', () => {
    const { start } = fixtures.quartic
    for (const spoilt of [Number.NaN, Infinity, -1]) {
      const problem = problemOf(quartic, start)
      stepsOf(problem, 1, 4)
      const fresh = problemOf(quartic, weightsOf(problem))
      // All moves s, which every other block from the fourth on is
      for (let block = 3; block < stateBlocks(10); block += 2) {
        const s = problem.state + block * problem.count
        problem.values.subarray(s, s + problem.count).forEach((value, i) => {
          problem.values[s + i] = spoilt * value
        })
      }
      problem.slots[1] = 0
      expect(lbfgsStep(problem, 1)).toEqual(lbfgsStep(fresh, 1))
      expect(weightsOf(problem)).toEqual(weightsOf(fresh))
      expect(stepsOf(problem, 1, 5)).toEqual(stepsOf(fresh, 1, 5))
    }
  })

  it('does without a history that led the line search astray', () => {
    let isBroken = false
    let evaluations = 0
    const objective: Objective = (x, g) => (evaluations++ > 0 && isBroken ? Number.NaN : quartic(x, g))
    const problem = problemOf(objective, fixtures.quartic.start)
    stepsOf(problem, 1, 4)
    const before = weightsOf(problem)
    isBroken = true
    evaluations = 0
    expect(lbfgsStep(problem, 1)).toMatchObject({ outcome: 'failed', evaluations: 27 })
    expect(weightsOf(problem)).toEqual(before)
    expect(problem.slots[1], 'step length').toBe(0)
    isBroken = false
    expect(lbfgsStep(problem, 1)).toEqual(lbfgsStep(problemOf(quartic, before), 1))
  })
})
