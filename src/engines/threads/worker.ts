// What runs in a worker of the pool: an instance of the module for each network that it computes for, on the network's own
// memory. It sleeps until it is woken, then takes pieces of the work that is being split. All of it is a hint: whose work it is
// and whether there is something left of it says the network's memory.
import { PROGRAM } from '../../../assembly/program.ts'
import { JOINED, NETWORK, SENT, SLEEPERS, type ToWorker, WAKE, weightOf } from './messages.ts'

interface Network {
  help(program: number, thread: number): void
  readonly weight: ArrayBuffer | undefined
}

/** A worker that finds nothing to do looks on for so long before it sleeps. */
const SPIN_MILLISECONDS = 0.2
/** Looks at the shared word between two at the clock */
const LOOKS = 64

const networks = new Map<number, Network>()
let shared: Int32Array
let module: WebAssembly.Module
let thread: number
let received = 0

/** Serves the pool over this port, for good. */
export function serve(port: MessagePort): void {
  port.onmessage = ({ data }) => receive(data, port)
}

/** Handles a message, and goes back to work where it is the last one: at work no message is received. */
function receive(message: ToWorker, port: MessagePort): void {
  if (message.kind === 'join') {
    ;({ shared, module, thread } = message)
    port.postMessage(JOINED)
    return
  }
  received++
  if (message.kind === 'detach') networks.delete(message.network)
  else networks.set(message.network, instantiate(message.memory))
  work()
}

/** Workers only take pieces: they hand nothing out. The data segments that an instance writes are constants. */
function instantiate(memory: WebAssembly.Memory): Network {
  const none = () => {}
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ring: none, linger: none } })
  return { help: exports.help as Network['help'], weight: weightOf(memory) }
}

/** Takes pieces whenever it is woken, until there are messages. */
function work(): void {
  let woken = Atomics.load(shared, WAKE)
  while (Atomics.load(shared, SENT + thread) === received) {
    networks.get(Atomics.load(shared, NETWORK))?.help(PROGRAM, thread)
    if (!isWokenSoon(woken)) sleep(woken)
    woken = Atomics.load(shared, WAKE)
  }
}

function isWokenSoon(woken: number): boolean {
  const end = performance.now() + SPIN_MILLISECONDS
  do {
    for (let looks = 0; looks < LOOKS; looks++) if (Atomics.load(shared, WAKE) !== woken) return true
  } while (performance.now() < end)
  return false
}

/** The caller counts up first and then looks for sleepers, so that none oversleeps. */
function sleep(woken: number): void {
  Atomics.add(shared, SLEEPERS, 1)
  Atomics.wait(shared, WAKE, woken)
  Atomics.sub(shared, SLEEPERS, 1)
}
