// How often a call enters another file, in `createNetwork` and `train` of the tutorial network: `node test/support/walk.mjs`,
// with --list the files that are entered, in order. Every function of src/ is made to say where it is.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import ts from 'typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))
const EPOCHS = 5

const { factory } = ts
const call = (name, ...values) => factory.createCallExpression(factory.createIdentifier(name), undefined, values)

/** Every body becomes `const back = enter(file); try { … } finally { leave(back) }`, every `await` says where it goes on. */
const saysWhere = (file) => (context) => (source) => {
  const place = factory.createStringLiteral(file)
  const visit = (node) => {
    const visited = ts.visitEachChild(node, visit, context)
    if (ts.isAwaitExpression(visited)) return call('__resume', place, visited)
    if (ts.isFunctionLike(visited) && visited.body) return wrap(visited)
    return visited
  }
  const wrap = (node) => {
    const { body } = node
    const statements = ts.isBlock(body) ? body.statements : [factory.createReturnStatement(body)]
    const back = factory.createVariableDeclaration('__back', undefined, undefined, call('__enter', place))
    const leave = factory.createExpressionStatement(call('__leave', factory.createIdentifier('__back')))
    const block = factory.createBlock([
      factory.createVariableStatement(undefined, factory.createVariableDeclarationList([back], ts.NodeFlags.Const)),
      factory.createTryStatement(factory.createBlock(statements), undefined, factory.createBlock([leave])),
    ])
    return replaceBody(node, block)
  }
  return ts.visitNode(source, visit)
}

function replaceBody(node, body) {
  const { modifiers, asteriskToken, name, typeParameters, parameters, questionToken, type } = node
  if (ts.isArrowFunction(node))
    return factory.updateArrowFunction(
      node,
      modifiers,
      typeParameters,
      parameters,
      type,
      node.equalsGreaterThanToken,
      body,
    )
  if (ts.isFunctionDeclaration(node))
    return factory.updateFunctionDeclaration(
      node,
      modifiers,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      body,
    )
  if (ts.isFunctionExpression(node))
    return factory.updateFunctionExpression(
      node,
      modifiers,
      asteriskToken,
      name,
      typeParameters,
      parameters,
      type,
      body,
    )
  if (ts.isMethodDeclaration(node))
    return factory.updateMethodDeclaration(
      node,
      modifiers,
      asteriskToken,
      name,
      questionToken,
      typeParameters,
      parameters,
      type,
      body,
    )
  if (ts.isGetAccessor(node)) return factory.updateGetAccessorDeclaration(node, modifiers, name, parameters, type, body)
  if (ts.isSetAccessor(node)) return factory.updateSetAccessorDeclaration(node, modifiers, name, parameters, body)
  return factory.updateConstructorDeclaration(node, modifiers, parameters, body)
}

const instrument = {
  name: 'says where it is',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const file = relative(root, path).replaceAll('\\', '/')
      const target = ts.ScriptTarget.ES2022
      if (file.startsWith('src/generated/')) return undefined
      const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), {
        compilerOptions: { target, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
        transformers: { before: [saysWhere(file)] },
      })
      return { contents: outputText, loader: 'js' }
    })
  },
}

let here = ''
let entered = []
globalThis.__enter = (file) => {
  const back = here
  if (file !== here) entered.push(file)
  here = file
  return back
}
globalThis.__leave = (back) => {
  here = back
}
globalThis.__resume = (file, value) => {
  here = file
  return value
}

async function walk(title, act) {
  here = ''
  entered = []
  const result = await act()
  console.log(`${title}: ${entered.length} changes of file, ${new Set(entered).size} files`)
  if (process.argv.includes('--list')) console.log(entered.join('\n'))
  return result
}

const { outputFiles } = await esbuild.build({
  entryPoints: [`${root}src/network/network.ts`],
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  plugins: [instrument],
  logLevel: 'error',
})
// A clock that every look moves on: how often the host has its turn does not depend on the machine.
let clock = 0
performance.now = () => {
  clock += 1e-3
  return clock
}
const library = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)

const start = { name: 'uniform', low: 0, high: 1 }
const layer = { activation: 'sigmoid', weightInit: start, biasInit: start }
const config = {
  inputs: 2,
  layers: [
    { units: 3, ...layer },
    { units: 1, ...layer },
  ],
  loss: 'halfSquaredError',
  optimizer: { name: 'sgd', learningRate: 0.1 },
  scaling: { inputs: 'max', targets: { divideBy: 100 } },
  dtype: 'float64',
  seed: 1,
}
const X = [
  [2, 9],
  [1, 5],
  [3, 6],
]
const y = [[92], [86], [89]]
const network = await walk('createNetwork', () => library.createNetwork(config))
await walk(`train for ${EPOCHS} epochs`, () => network.train(X, y, { epochs: EPOCHS, batchSize: 'full' }))
await walk('predict', () => network.predict(X))
