// A table that every place must make the same model of, at any number of threads: numbers with long decimals, words, dates and
// cells without a value, read from text, encoded, trained and averaged.

/** Trains with the given `trainTable`, once with every number of threads; results are plain data. */
export async function tableScenario({ trainTable }, threads = [1, 2], network = {}) {
  const results = []
  for (const count of threads) {
    const options = { target: 'species', effort: 'quick', threads: count, seed: 4, train: { epochs: 8 }, network }
    const model = await trainTable(TEXT, options)
    results.push({
      digest: model.digest,
      rows: model.choices.digest,
      probabilities: model.predictProbabilities(RECORDS),
      contributions: model.explain(RECORDS[0]).columns.map(({ contribution }) => contribution),
    })
    model.dispose()
  }
  return results
}

const SPECIES = ['Adélie', 'Gentoo', 'Chinstrap']
const row = (index) => {
  const species = index % 3
  const cells = [
    (species + Math.sqrt((index * 7) % 11) / 3).toString(),
    index % 13 === 0 ? '' : ((index * 5) % 17) / 7 - species,
    ['Dream', 'Biscoe', 'Torgersen', 'Dream'][(index + species) % 4],
    `2024-0${1 + (index % 9)}-1${index % 7}`,
    SPECIES[species],
  ]
  return cells.join(';')
}
const TEXT = `length;depth;island;seen;species\n${Array.from({ length: 90 }, (_, index) => row(index)).join('\n')}\n`
const RECORDS = [
  { length: 1.25, depth: 0.5, island: 'Dream', seen: '2024-03-12' },
  { length: 2.5, depth: null, island: 'elsewhere', seen: '2025-01-01' },
]
