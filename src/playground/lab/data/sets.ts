// The data sets that come with the page, drawn with a seed.
import { type Problem, randomFrom, rounded } from '../problem.ts'

export interface SetOptions {
  readonly rows: number
  /** 0 to 1 */
  readonly noise: number
  readonly seed: number
}

interface Point {
  readonly inputs: readonly number[]
  readonly target: number
}

type Draw = (random: () => number, row: number, rows: number, noise: number) => Point

interface DrawnSet {
  readonly title: string
  readonly about: string
  readonly task: Problem['task']
  readonly inputNames: readonly string[]
  readonly targetName: string
  readonly draw: Draw
}

const symmetric = (random: () => number) => 2 * random() - 1

/** Near 0, at most 1 away: the sum of uniform numbers */
const bell = (random: () => number) => (random() + random() + random() + random() - 2) / 2

const plane = { task: 'classes', inputNames: ['x', 'y'], targetName: 'class' } as const

const xor: Draw = (random, _, __, noise) => {
  const [x, y] = [5 * symmetric(random), 5 * symmetric(random)]
  const apart = (value: number) => value + Math.sign(value) * 0.3
  return {
    inputs: [apart(x) + 2 * noise * bell(random), apart(y) + 2 * noise * bell(random)],
    target: Number(x * y > 0),
  }
}

const circles: Draw = (random, row, _, noise) => {
  const isInner = row % 2
  const radius = isInner ? 2.2 * Math.sqrt(random()) : 3.4 + 1.6 * random()
  const angle = 2 * Math.PI * random()
  const x = radius * Math.cos(angle) + 4 * noise * bell(random)
  return { inputs: [x, radius * Math.sin(angle) + 4 * noise * bell(random)], target: isInner }
}

const spirals: Draw = (random, row, rows, noise) => {
  const arm = row % 2
  const turn = 0.05 + (0.95 * Math.floor(row / 2)) / Math.max(1, rows / 2)
  const angle = 1.75 * 2 * Math.PI * turn + arm * Math.PI
  const x = 5 * turn * Math.sin(angle) + 3 * noise * bell(random)
  return { inputs: [x, 5 * turn * Math.cos(angle) + 3 * noise * bell(random)], target: arm }
}

const moons: Draw = (random, row, _, noise) => {
  const lower = row % 2
  const angle = Math.PI * random()
  const x = lower ? 1.25 - 2.5 * Math.cos(angle) : -1.25 + 2.5 * Math.cos(angle)
  const y = lower ? 0.75 - 2.5 * Math.sin(angle) : -0.75 + 2.5 * Math.sin(angle)
  return { inputs: [x + 3 * noise * bell(random), y + 3 * noise * bell(random)], target: lower }
}

const wave: Draw = (random, row, rows, noise) => {
  const x = -5 + (10 * row) / Math.max(1, rows - 1)
  return { inputs: [x], target: Math.sin(1.4 * x) + 0.1 * x + 1.5 * noise * bell(random) }
}

const slope: Draw = (random, _, __, noise) => {
  const [x, y] = [5 * symmetric(random), 5 * symmetric(random)]
  return { inputs: [x, y], target: (x + y) / 5 + 2 * noise * bell(random) }
}

/** The tutorial's three rows: hours studied, hours slept, score */
const EXAMS = [
  [2, 9, 92],
  [1, 5, 86],
  [3, 6, 89],
]
const exams: Draw = (_, row) => ({ inputs: EXAMS[row].slice(0, 2), target: EXAMS[row][2] })

export const drawnSets = {
  xor: { ...plane, title: 'XOR', about: 'opposite corners belong together', draw: xor },
  circles: { ...plane, title: 'Circles', about: 'one class around the other', draw: circles },
  spirals: { ...plane, title: 'Spirals', about: 'two arms wound into each other', draw: spirals },
  moons: { ...plane, title: 'Moons', about: 'two half moons that interlock', draw: moons },
  wave: {
    title: 'Noisy sine',
    about: 'a curve through points',
    task: 'numbers',
    inputNames: ['x'],
    targetName: 'y',
    draw: wave,
  },
  plane: {
    title: 'Plane',
    about: 'a value that rises to one corner',
    task: 'numbers',
    inputNames: ['x', 'y'],
    targetName: 'z',
    draw: slope,
  },
  tutorial: {
    title: 'Exam scores',
    about: 'the three rows of the tutorial',
    task: 'numbers',
    inputNames: ['hours studied', 'hours slept'],
    targetName: 'score',
    draw: exams,
  },
} as const satisfies Record<string, DrawnSet>

export type DrawnName = keyof typeof drawnSets

export function drawSet(name: DrawnName, { rows, noise, seed }: SetOptions): Problem {
  const set: DrawnSet = drawnSets[name]
  const count = name === 'tutorial' ? EXAMS.length : rows
  const random = randomFrom(seed)
  const points = Array.from({ length: count }, (_, row) => set.draw(random, row, count, noise))
  const { title, task, inputNames, targetName } = set
  return {
    title,
    task,
    inputNames,
    targetName,
    classes: task === 'classes' ? ['blue', 'orange'] : [],
    rows: count,
    inputs: Float64Array.from(points.flatMap(({ inputs }) => inputs.map(rounded))),
    targets: Float64Array.from(points, ({ target }) => rounded(target)),
  }
}

/** The sets that are files */
export const fileSets = {
  iris: { title: 'Iris', about: 'three kinds of a flower by four measures', target: 'species' },
  penguins: { title: 'Penguins', about: 'species by measures, sex and island, with gaps', target: 'Species' },
} as const
export type FileSetName = keyof typeof fileSets

/** `[x, y, class]` for each point that was drawn by hand */
export function drawnProblem(points: readonly (readonly number[])[]): Problem {
  const classes = ['blue', 'orange', 'green']
  const most = Math.max(1, ...points.map((point) => point[2]))
  return {
    title: 'Your points',
    ...plane,
    classes: classes.slice(0, most + 1),
    rows: points.length,
    inputs: Float64Array.from(points.flatMap((point) => point.slice(0, 2))),
    targets: Float64Array.from(points, (point) => point[2]),
  }
}
