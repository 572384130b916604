// Calls every public function of the built package's tables twice, the second time with names on Object.prototype once all code is
// loaded, and prints as two lines of JSON what each gave.
const load = (entry) => import(new URL(`../../dist/${entry}.js`, import.meta.url))
const { crossValidateTable, readTable, tableModelFromJSON, trainTable, verifyTable } = await load('table')

const cells = (row) => [
  (row * 7) % 11,
  row % 13 === 0 ? '' : ((row * 5) % 17) / 7,
  `2024-0${1 + (row % 9)}-1${row % 7}`,
  ['red', 'blue', 'green'][row % 3],
  ['u', 'v'][((row * 7) % 5) % 2],
  1.5 ** (row % 12) + row / 100,
]
const CSV = `a,b,when,word,kind,price\n${Array.from({ length: 60 }, (_, row) => cells(row).join()).join('\n')}\n`
const RECORDS = [{ a: 1, b: 2, when: '2024-03-12', word: 'red', kind: 'u', price: 3 }]
const JSON_ROWS = JSON.stringify(Array.from({ length: 30 }, (_, row) => ({ x: row % 7, y: row % 3 === 0 })))

async function callAll() {
  const answers = []
  const print = (what, value) => answers.push([what, JSON.stringify(value)])
  for (const source of [CSV, CSV.replaceAll(',', ';'), JSON_ROWS, RECORDS]) {
    const { rows, schema, columns } = await readTable(source)
    print(`readTable ${source.slice(0, 5)}`, [
      rows,
      schema,
      [...columns].map(([name, { values }]) => [name, Array.from(values)]),
    ])
  }
  for (const [target, only] of [
    ['kind', undefined],
    ['price', undefined],
    [['kind', 'price'], 'linear'],
  ]) {
    const model = await trainTable(CSV, { target, only, effort: 'quick', train: { epochs: 2 } })
    const loaded = await tableModelFromJSON(JSON.parse(JSON.stringify(model)))
    const told = {
      digest: model.digest,
      warnings: model.warnings,
      json: model,
      predict: loaded.predict(RECORDS),
      predictWithSpread: model.predictWithSpread(RECORDS),
      explain: model.explain(RECORDS[0]),
      evaluate: await model.evaluate(CSV),
      importance: await model.importance(CSV),
      verify: await verifyTable(model, CSV),
      crossValidate: await crossValidateTable(CSV, { target, only, folds: 2, effort: 'quick', train: { epochs: 1 } }),
    }
    if (target === 'kind') told.probabilities = loaded.predictProbabilities(RECORDS)
    for (const [name, value] of Object.entries(told)) print(`${target} ${name}`, value)
    model.dispose()
    loaded.dispose()
  }
  return answers
}

console.log(JSON.stringify(await callAll()))
await import('./pollute.mjs')
console.log(JSON.stringify(await callAll()))
