// ONNX Runtime's WebAssembly: it cannot train; it is given an untrained model, written here as ONNX's protocol buffers.
import * as onnx from 'onnxruntime-web/wasm'

onnx.env.wasm.numThreads = 1

const FLOAT = 1
const INT = 2
const text = new TextEncoder()

function varint(value) {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) | 128)
  }
}

function concatenate(...parts) {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let next = 0
  for (const part of parts) {
    all.set(part, next)
    next += part.length
  }
  return all
}

const number = (field, value) => concatenate(varint(field * 8), varint(value))
const bytes = (field, value) => concatenate(varint(field * 8 + 2), varint(value.length), value)
const string = (field, value) => bytes(field, text.encode(value))

function tensor(name, shape, values) {
  const dimensions = shape.map((size) => number(1, size))
  return concatenate(...dimensions, number(2, FLOAT), string(8, name), bytes(9, new Uint8Array(values.buffer)))
}

function node(operation, inputs, output, axis) {
  const attribute =
    axis === undefined ? [] : [bytes(5, concatenate(string(1, 'axis'), number(3, axis), number(20, INT)))]
  return concatenate(...inputs.map((name) => string(1, name)), string(2, output), string(4, operation), ...attribute)
}

function valueInfo(name, columns) {
  const shape = concatenate(bytes(1, string(2, 'rows')), bytes(1, number(1, columns)))
  return concatenate(string(1, name), bytes(2, bytes(1, concatenate(number(1, FLOAT), bytes(2, shape)))))
}

const OPERATIONS = { relu: 'Relu', sigmoid: 'Sigmoid', softmax: 'Softmax' }

function modelOf(sizes, activations) {
  const nodes = []
  const tensors = []
  let given = 'x'
  for (const [index, activation] of activations.entries()) {
    const [from, to] = [sizes[index], sizes[index + 1]]
    const weights = Float32Array.from({ length: from * to }, () => (2 * Math.random() - 1) / Math.sqrt(from))
    tensors.push(tensor(`W${index}`, [from, to], weights), tensor(`b${index}`, [to], new Float32Array(to)))
    nodes.push(node('Gemm', [given, `W${index}`, `b${index}`], `net${index}`))
    given = index === activations.length - 1 ? 'y' : `out${index}`
    nodes.push(node(OPERATIONS[activation], [`net${index}`], given, activation === 'softmax' ? 1 : undefined))
  }
  const graph = concatenate(
    ...nodes.map((each) => bytes(1, each)),
    string(2, 'network'),
    ...tensors.map((each) => bytes(5, each)),
    bytes(11, valueInfo('x', sizes[0])),
    bytes(12, valueInfo('y', sizes.at(-1))),
  )
  return concatenate(number(1, 8), bytes(7, graph), bytes(8, concatenate(string(1, ''), number(2, 13))))
}

export async function create({ sizes, activations }) {
  const session = await onnx.InferenceSession.create(modelOf(sizes, activations), { executionProviders: ['wasm'] })
  return {
    note: 'predicts only',
    prepare: (flat, rows) => ({ values: Float32Array.from(flat), shape: [rows, sizes[0]] }),
    predict: async ({ values, shape }) => (await session.run({ x: new onnx.Tensor('float32', values, shape) })).y,
    values: ({ data }) => data,
  }
}
