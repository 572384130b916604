// What runs in a helper thread: an instance of the module for each network that it helps, on the network's own memory. It
// sleeps until the bell rings, then takes pieces of the work that is being split. All of it is a hint: whose work it
// is and whether there is something left of it says the network's memory.
import { PROGRAM } from '../../../assembly/program.ts'
import { BELL, MAIL, NETWORK, nodeThreads, READY, SLEEPERS, type ToHelper, weightOf } from './board.ts'

interface Network {
  help(program: number, thread: number): void
  readonly weight: ArrayBuffer | undefined
}

/** A helper that finds nothing to do looks on for so long before it sleeps. */
const SPIN_MILLISECONDS = 0.2
/** Looks at the bell between two at the clock */
const LOOKS = 64

const networks = new Map<number, Network>()
let board: Int32Array
let module: WebAssembly.Module
let thread: number
let received = 0

/** Handles a message, and goes back to work where it is the last one: at work no message is received. */
function receive(message: ToHelper, post: (answer: string) => void): void {
  if (message.kind === 'join') {
    ;({ board, module, thread } = message)
    post(READY)
    return
  }
  received++
  if (message.kind === 'detach') networks.delete(message.network)
  else networks.set(message.network, join(message.memory))
  work()
}

/** Helpers only take pieces: they hand nothing out. The data segments that an instance writes are constants. */
function join(memory: WebAssembly.Memory): Network {
  const none = () => {}
  const { exports } = new WebAssembly.Instance(module, { env: { memory, ring: none, linger: none } })
  return { help: exports.help as Network['help'], weight: weightOf(memory) }
}

/** Helps whenever the bell rings, until there is mail. */
function work(): void {
  let heard = Atomics.load(board, BELL)
  while (Atomics.load(board, MAIL + thread) === received) {
    networks.get(Atomics.load(board, NETWORK))?.help(PROGRAM, thread)
    if (!hearsSoon(heard)) sleep(heard)
    heard = Atomics.load(board, BELL)
  }
}

function hearsSoon(heard: number): boolean {
  const end = performance.now() + SPIN_MILLISECONDS
  do {
    for (let looks = 0; looks < LOOKS; looks++) if (Atomics.load(board, BELL) !== heard) return true
  } while (performance.now() < end)
  return false
}

/** The caller rings first and then looks for sleepers, so that none oversleeps. */
function sleep(heard: number): void {
  Atomics.add(board, SLEEPERS, 1)
  Atomics.wait(board, BELL, heard)
  Atomics.sub(board, SLEEPERS, 1)
}

const port = nodeThreads()?.parentPort
if (port) port.on('message', (data) => receive(data, (answer) => port.postMessage(answer)))
else addEventListener('message', ({ data }) => receive(data, postMessage))
