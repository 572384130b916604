// What may be asked of `train`: defaults, and what every refusal says.
import { describe, expect, it } from 'vitest'
import type { TrainOptions } from '../../src/training/options.ts'
import { resolveTrainOptions } from '../../src/training/resolve-options.ts'
import { refusal } from '../support/refusal.ts'

describe('resolveTrainOptions', () => {
  it('fills in the documented defaults', () => {
    const session = { epochs: 100, targetLoss: Number.NEGATIVE_INFINITY }
    const defaults = { session, batchSize: undefined, shuffle: true }
    expect(resolveTrainOptions(undefined)).toEqual(defaults)
    expect(resolveTrainOptions({ epochs: undefined, signal: undefined })).toEqual(defaults)
  })

  it('fills in what the session of an epoch asks for', () => {
    const early = { patience: 10, minDelta: 0, monitor: 'loss', restoreBest: true }
    expect(resolveTrainOptions({ earlyStopping: {} }).session.earlyStopping).toEqual(early)
    const { session, split } = resolveTrainOptions({ earlyStopping: {}, validation: { split: 0.2 } })
    expect(session.earlyStopping).toEqual({ ...early, monitor: 'validationLoss' })
    expect(split).toEqual({ share: 0.2, order: 'random' })
    expect(resolveTrainOptions({ history: { weights: { every: 3 } } }).session.history).toEqual({ every: 3 })
  })

  it('passes on what it cannot judge', () => {
    const { signal } = new AbortController()
    const onEpoch = () => false
    const options = resolveTrainOptions({ epochs: 2 ** 53, targetLoss: 0, signal, onEpoch })
    expect(options.session).toEqual({ epochs: 2 ** 53, targetLoss: 0 })
    expect(options.signal).toBe(signal)
    expect(options.onEpoch).toBe(onEpoch)
    const polyfill = { aborted: true, addEventListener() {} } as unknown as AbortSignal
    expect(resolveTrainOptions({ signal: polyfill }).signal).toBe(polyfill)
  })

  it.each([
    [null, 'options: expected an object such as { epochs: 100 }, got null'],
    [100, 'options: expected an object such as { epochs: 100 }, got 100'],
    [new Map([['epochs', 3]]), 'options: expected an object such as { epochs: 100 }, got a Map'],
    [{ epochs: 1.5 }, 'epochs: expected an integer of at least 1, got 1.5'],
    [{ epochs: 0 }, 'epochs: expected an integer of at least 1, got 0'],
    [{ epochs: Number.POSITIVE_INFINITY }, 'epochs: expected an integer of at most 9007199254740992, got Infinity'],
    [{ epochs: null }, 'epochs: expected an integer of at least 1, got null'],
    [{ batchSize: Number.NaN }, 'batchSize: expected an integer of at least 1, or "full", got NaN'],
    [{ batchSize: 0 }, 'batchSize: expected an integer of at least 1, or "full", got 0'],
    [{ batchSize: 'all' }, 'batchSize: expected an integer of at least 1, or "full", got "all"'],
    [{ batchSize: '32' }, 'batchSize: expected an integer of at least 1, or "full", got "32"'],
    [{ shuffle: 'yes' }, 'shuffle: expected true or false, got "yes"'],
    [{ targetLoss: Number.NaN }, 'targetLoss: expected a finite number, got NaN'],
    [{ targetLoss: '0' }, 'targetLoss: expected a finite number, got "0"'],
    [
      { signal: new AbortController() },
      'signal: expected an AbortSignal, got an AbortController; it is the `signal` of an AbortController',
    ],
    [{ signal: null }, 'signal: expected an AbortSignal, got null; it is the `signal` of an AbortController'],
    [{ onEpoch: true }, 'onEpoch: expected a function, got true'],
    [{ epoch: 5 }, 'epoch: unknown option; did you mean "epochs"?'],
    [{ validation: 0.2 }, 'validation: expected { split } (a share of the rows) or { inputs, targets }, got 0.2'],
    [
      { validation: {} },
      'validation: expected either { split } (a share of the rows) or { inputs, targets }, got an object',
    ],
    [{ validation: { inputs: [[1]] } }, /^validation: expected either/],
    [{ validation: { split: 0.5, inputs: [[1]], targets: [[1]] } }, /^validation: expected either/],
    [{ validation: { split: 0 } }, 'validation.split: expected a finite number above 0 and below 1, got 0'],
    [{ validation: { split: 1 } }, 'validation.split: expected a finite number above 0 and below 1, got 1'],
    [
      { validation: { split: 0.5, order: 'first' } },
      /^validation.order: expected one of "random", "last", got "first"/,
    ],
    [{ validation: { inputs: [[1]], targets: [[1]], order: 'last' } }, /^validation.order: expected no such option/],
    [{ earlyStopping: true }, /^earlyStopping: expected an object such as \{ patience: 10 \}, got true/],
    [{ earlyStopping: { patience: -1 } }, 'earlyStopping.patience: expected an integer of at least 0, got -1'],
    [{ earlyStopping: { minDelta: -1 } }, /^earlyStopping.minDelta: expected a finite number of at least 0, got -1/],
    [{ earlyStopping: { monitor: 'validationLoss' } }, /^earlyStopping.monitor: .*option validation beside it/],
    [{ earlyStopping: { patiense: 3 } }, 'earlyStopping.patiense: unknown option; did you mean "patience"?'],
    [{ history: { weights: {} } }, /^history.weights: expected either .* with neither$/],
    [{ history: { weights: { every: 0 } } }, 'history.weights.every: expected an integer of at least 1, got 0'],
    [{ history: { weights: { bytes: 0 } } }, 'history.weights.bytes: expected a finite number above 0, got 0'],
    [{ history: true }, /^history: expected an object with options, got true/],
  ])('refuses %o', (options, message) => {
    const { message: got } = refusal(() => resolveTrainOptions(options as TrainOptions))
    if (typeof message === 'string') expect(got).toBe(message)
    else expect(got).toMatch(message)
  })
})
