// What is loaded as a model: whole, or refused with the part that is missing or something else.
import { beforeAll, describe, expect, it } from 'vitest'
import { tableModelFromJSON, trainTable } from '../../src/table/index.ts'

const rows = Array.from({ length: 30 }, (_, row) => ({
  size: (row * 7) % 11,
  colour: ['red', 'green', 'blue'][row % 3],
  seen: `2024-0${1 + (row % 9)}-11`,
  price: row * 1.5,
}))

// biome-ignore lint/suspicious/noExplicitAny: JSON of any form
type Change = (json: any) => unknown

describe('a model of JSON', () => {
  let text: string
  beforeAll(async () => {
    text = JSON.stringify(await trainTable(rows, { target: 'price', effort: 'quick', only: 'linear' }))
  })

  it.each<[string, Change, RegExp]>([
    ['encodings', (json) => delete json.encodings, /^encodings: expected an array, got undefined/],
    [
      'a median',
      (json) => (json.encodings[0].median = '1'),
      /^encodings\[0\]\.median: expected a finite number, got "1"/,
    ],
    [
      'a kind',
      (json) => (json.encodings[1].kind = 'colour'),
      /^encodings\[1\]\.kind: expected one of number, category, date, text/,
    ],
    [
      'a category',
      (json) => (json.schema[1].categories[0] = 4),
      /^schema\[1\]\.categories\[0\]: expected a string, got 4/,
    ],
    [
      'a scale',
      (json) => (json.targets[0].target.scale = null),
      /^targets\[0\]\.target\.scale: expected an object, got null/,
    ],
    ['a network', (json) => (json.targets[0].members[0].networks[0] = {}), /^networkFromJSON: /],
    ['choices', (json) => delete json.choices.seed, /^choices\.seed: expected a finite/],
  ])('whose %s is something else is refused', async (_, change, message) => {
    const json = JSON.parse(text)
    change(json)
    await expect(tableModelFromJSON(json)).rejects.toMatchObject({
      code: 'INVALID_MODEL',
      message: expect.any(String),
    })
    await expect(tableModelFromJSON(json)).rejects.toThrow(message)
  })

  it('is read once: getters, proxies and prototypes are left behind', async () => {
    const json = JSON.parse(text)
    let reads = 0
    Object.defineProperty(json, 'encodings', {
      get: () => (reads++ === 0 ? JSON.parse(text).encodings : null),
      enumerable: true,
    })
    const model = await tableModelFromJSON(new Proxy(json, {}))
    expect(model.predict(rows)).toEqual((await tableModelFromJSON(text)).predict(rows))
    expect(reads).toBe(1)
  })
})
