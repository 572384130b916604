// A network in the worker and the port that it is called through: makes it, calls its methods, asks the caller back.
import { createNetwork, Network } from '../network/network.ts'
import { networkFromJSON, restoreNetwork } from '../network/restore.ts'
import type { EpochProgress, TrainOptions } from '../training/options.ts'
import type { TrainResult } from '../training/result.ts'
import type { StreamBatch, StreamSource } from '../training/stream.ts'
import {
  type CallName,
  type Facts,
  type FromWorker,
  type Hooks,
  type MakerName,
  type PackedTimeline,
  packError,
  type Question,
  type ToWorker,
} from './messages.ts'

type Training = (...args: unknown[]) => Promise<TrainResult>
type Call = Extract<ToWorker, { kind: 'call' }>
type Answer = Extract<ToWorker, { kind: 'answer' }>

const makers: Record<MakerName, (...args: never[]) => Promise<Network>> = {
  createNetwork,
  networkFromJSON,
  restoreNetwork,
}

/** A network and the port that it is called through */
class HostedNetwork {
  readonly #port: MessagePort
  #network: Network | undefined
  /** What aborts the calls that have a signal */
  readonly #controllers = new Map<number, AbortController>()
  readonly #running = new Set<Promise<void>>()
  readonly #questions = new Map<number, (answer: Answer) => void>()
  #lastQuestion = 0
  /** Whether nobody is left who would answer */
  #isAbandoned = false
  /** The one that the last `onEpoch` was given */
  #setLearningRate: EpochProgress['setLearningRate'] | undefined

  constructor(port: MessagePort, network?: Network) {
    this.#port = port
    this.#network = network
    port.onmessage = ({ data }) => this.#receive(data)
    // Some hosts tell when the other side has gone.
    port.addEventListener('close', () => this.#abandon())
  }

  #receive(message: ToWorker): void {
    if (message.kind === 'call') this.#start(message)
    else if (message.kind === 'abort') this.#controllers.get(message.id)?.abort()
    else if (message.kind === 'answer') this.#questions.get(message.question)?.(message)
    else this.#setLearningRate?.(message.rate)
  }

  /** Calls at once, so that calls take effect in the order of their messages. */
  #start(call: Call): void {
    const reply = this.#reply(call)
    if (call.name === 'dispose') return
    this.#running.add(reply)
    reply.finally(() => this.#running.delete(reply))
  }

  async #reply(call: Call): Promise<void> {
    const { id } = call
    try {
      const value = await this.#call(call)
      this.#post({ kind: 'result', id, value }, freshBuffers(value))
    } catch (error) {
      this.#post({ kind: 'error', id, error: packError(error) })
    } finally {
      this.#controllers.delete(id)
    }
  }

  async #call({ id, name, args, hooks }: Call): Promise<unknown> {
    if (isMaker(name)) {
      this.#network = await makers[name](...(args as never[]))
      return factsOf(this.#network)
    }
    const network = this.#network as Network
    if (hooks !== undefined) this.#hang(id, hooks, args)
    switch (name) {
      case 'predictInto':
        network.predictInto(...(args as Parameters<Network['predictInto']>))
        return args[1]
      case 'clone':
        return host(args[0] as MessagePort, network.clone())
      case 'dispose':
        return this.#dispose(network)
      case 'train':
      case 'trainStream':
      case 'resume':
        return packResult(await (network[name] as Training).apply(network, args), network)
      default:
        return (network[name] as (...args: unknown[]) => unknown)(...args)
    }
  }

  /** Puts a signal, a callback and a source in place of those that the caller kept. */
  #hang(id: number, { signal, onEpoch, onProgress, source }: Hooks, args: unknown[]): void {
    if (source !== undefined) args[0] = this.#sourceOf(id, source)
    if (signal === undefined && !onEpoch && !onProgress) return
    const options: TrainOptions & { onProgress?: unknown } = { ...(args.pop() as TrainOptions) }
    if (onEpoch) options.onEpoch = (progress) => this.#tellEpoch(id, progress)
    if (onProgress) options.onProgress = (progress: unknown) => this.#tellProgress(id, progress)
    if (signal !== undefined || onProgress) options.signal = this.#signalOf(id, signal === 'aborted')
    args.push(options)
  }

  #signalOf(id: number, isAborted: boolean): AbortSignal {
    const controller = new AbortController()
    if (isAborted) controller.abort()
    this.#controllers.set(id, controller)
    return controller.signal
  }

  #tellEpoch(id: number, { setLearningRate, snapshot: _, ...progress }: EpochProgress): Promise<unknown> {
    this.#setLearningRate = setLearningRate
    return this.#ask(id, 'onEpoch', progress)
  }

  /** Training does not wait. Where the callback has thrown it ends, and the caller rejects. */
  #tellProgress(id: number, progress: unknown): void {
    this.#ask(id, 'onProgress', progress).catch(() => this.#controllers.get(id)?.abort())
  }

  /** What is no iterable comes back from a function as it is, for the network to refuse. */
  #sourceOf(id: number, kind: 'iterable' | 'function'): StreamSource {
    const ask = (name: Question) => this.#ask(id, name) as Promise<IteratorResult<StreamBatch>>
    const batches = { [Symbol.asyncIterator]: () => ({ next: () => ask('next'), return: () => ask('return') }) }
    if (kind === 'iterable') return batches
    return async () => {
      const opened = (await this.#ask(id, 'open')) as { other?: StreamBatch[] } | undefined
      return opened !== undefined && Object.hasOwn(opened, 'other') ? (opened.other as StreamBatch[]) : batches
    }
  }

  async #ask(id: number, name: Question, value?: unknown): Promise<unknown> {
    if (this.#isAbandoned) return undefined
    const question = ++this.#lastQuestion
    this.#post({ kind: 'question', id, question, name, value })
    const answer = await new Promise<Answer>((resolve) => this.#questions.set(question, resolve))
    this.#questions.delete(question)
    // The caller keeps the error itself and rejects with it.
    if (answer.isFailed) throw new Error(`${name} has thrown`)
    return answer.value
  }

  /** Resolves when the aborted calls have replied. */
  async #dispose(network: Network): Promise<void> {
    network.dispose()
    this.#stopAsking()
    await Promise.all(this.#running)
  }

  /** The caller has gone: what runs ends, also where it waits for an answer. */
  #abandon(): void {
    this.#isAbandoned = true
    this.#network?.dispose()
    this.#stopAsking()
  }

  #stopAsking(): void {
    for (const [question, resolve] of this.#questions)
      resolve({ kind: 'answer', question, value: undefined, isFailed: false })
  }

  #post(message: FromWorker, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer)
  }
}

function host(port: MessagePort, network: Network): Facts {
  new HostedNetwork(port, network)
  return factsOf(network)
}

function isMaker(name: CallName | MakerName): name is MakerName {
  return Object.hasOwn(makers, name)
}

function factsOf({ inputs, layers, dtype, seed, engine, parameterCount }: Network): Facts {
  return { inputs, layers, dtype, seed, engine, parameterCount }
}

function packResult(trained: TrainResult, network: Network): object {
  const { timeline, ...result } = trained
  if (timeline === undefined || !Object.hasOwn(trained, 'timeline')) return result
  const { every, epochs } = timeline
  const packed: PackedTimeline = { every, epochs, joined: timeline.join(), layout: Network.stateOf(network).layout }
  return { ...result, timeline: packed }
}

/** Buffers of a result's typed arrays: they are nobody else's, and so are handed over instead of copied. */
function freshBuffers(value: unknown): ArrayBuffer[] {
  if (typeof value !== 'object' || value === null) return []
  const values = ArrayBuffer.isView(value) ? [value] : Object.values(value)
  return values.filter((part) => ArrayBuffer.isView(part)).map(({ buffer }) => buffer as ArrayBuffer)
}

/** Serves a network that is still to be made over this port. */
export function serve(port: MessagePort): void {
  new HostedNetwork(port)
}
