// The peers: what people would use today. Each line is one contestant, with the adapter that drives it; packages are
// installed into build/peers in these versions and nowhere else.
const TRAINING = ['W1', 'W3', 'W4', 'W5a', 'W5s', 'W6']
const SMALL = ['W1', 'W3', 'W4']
const PREDICTION = ['W8']

const script = (adapter, options = {}) => ({ language: 'node', adapter: `${adapter}.mjs`, options })
const python = (adapter, needs, options = {}) => ({ language: 'python', adapter: `${adapter}.py`, needs, options })
const compiled = (real, flags) => ({ language: 'c', adapter: 'reference.c', flags: [`-DREAL=${real}`, ...flags] })

const tfjs = { '@tensorflow/tfjs': '4.22.0', '@tensorflow/tfjs-backend-wasm': '4.22.0' }
/** 128-bit vectors without fusing are what WebAssembly has as well. */
const SSE = ['-msse4.2', '-DVECTOR_BYTES=16']
const NATIVE = ['-march=native', '-DVECTOR_BYTES=32']

/** `jobs` are the beginnings of the names of the jobs that it can do, in minutes at most. */
export const peers = [
  { name: 'wasmprop float32', kind: 'wasmprop', ...script('wasmprop', { dtype: 'float32' }), jobs: ['W'] },
  { name: 'wasmprop float64', kind: 'wasmprop', ...script('wasmprop', { dtype: 'float64' }), jobs: ['W'] },
  { name: 'plain JavaScript', kind: 'plain', ...script('plain'), jobs: TRAINING },
  {
    name: 'brain.js 1.6.1',
    kind: 'npm',
    ...script('brain', { library: 'brain1' }),
    packages: { brain1: 'npm:brain.js@1.6.1' },
    jobs: [...SMALL, ...PREDICTION, 'W9'],
  },
  {
    name: 'brain.js 2.0.0-beta.24',
    kind: 'npm',
    ...script('brain', { library: 'brain2' }),
    packages: { brain2: 'npm:brain.js@2.0.0-beta.24' },
    jobs: [...SMALL, ...PREDICTION, 'W9'],
  },
  {
    name: 'neataptic',
    kind: 'npm',
    ...script('neataptic'),
    packages: { neataptic: '1.4.7' },
    jobs: ['W1', 'W3', 'W9'],
  },
  {
    name: 'toygrad',
    kind: 'npm',
    ...script('toygrad'),
    packages: { toygrad: '2.6.0' },
    jobs: [...SMALL, ...PREDICTION, 'W9'],
  },
  { name: 'tfjs wasm', kind: 'npm', ...script('tfjs', { backend: 'wasm' }), packages: tfjs, jobs: ['W'] },
  {
    name: 'jax-js',
    kind: 'npm',
    ...script('jax'),
    packages: { '@jax-js/jax': '0.1.25' },
    jobs: ['W4', 'W5', 'W6', ...PREDICTION, 'W9'],
  },
  {
    name: 'onnxruntime-web',
    kind: 'npm',
    ...script('onnxruntime'),
    packages: { 'onnxruntime-web': '1.30.0' },
    jobs: PREDICTION,
  },
  { name: 'js-pytorch', kind: 'npm', ...script('js-pytorch'), packages: { 'js-pytorch': '0.7.2' }, jobs: ['W9'] },
  { name: 'NumPy float32', kind: 'native', ...python('numpy_adapter', 'numpy', { dtype: 'float32' }), jobs: ['W'] },
  {
    name: 'NumPy float64',
    kind: 'native',
    ...python('numpy_adapter', 'numpy', { dtype: 'float64' }),
    jobs: ['W1', 'W3', 'W4'],
  },
  { name: 'PyTorch', kind: 'native', ...python('torch_adapter', 'torch', { dtype: 'float32' }), jobs: ['W'] },
  { name: 'C float32, 128 bits', kind: 'C128', ...compiled('float', SSE), jobs: TRAINING },
  { name: 'C float64, 128 bits', kind: 'C128', ...compiled('double', SSE), jobs: ['W1'] },
  { name: 'C float32, native', kind: 'C', ...compiled('float', NATIVE), jobs: TRAINING },
]

export const doesJob = ({ jobs }, { name }) => jobs.some((start) => name.startsWith(start))
