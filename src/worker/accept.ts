// The worker's side of its start: it answers who invites it, and serves the ports that it is sent.
import { type Invitation, type Opening, PROTOCOL, type Refusal, type Role, type Welcome } from '../hosts/messages.ts'
import { wordsOf } from '../hosts/worker.ts'

/** Loaded when they are asked for: a worker mostly has one role. */
const roles: Record<Role, () => Promise<{ serve(port: MessagePort): void }>> = {
  network: () => import('./hosted-network.ts'),
  many: () => import('../many/worker.ts'),
  thread: () => import('../engines/threads/worker.ts'),
}

/** Takes the message that invites to a port. Others are not meant for the library. */
export function accept(data: unknown): void {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, 'wasmprop') || !Object.hasOwn(data, 'port'))
    return
  const { port } = data as Invitation
  port.onmessage = ({ data }) => open(data, (refusal) => port.postMessage(refusal))
  const welcome: Welcome = { protocol: PROTOCOL }
  port.postMessage(welcome)
}

/** The code may be gone, where another version of an app has been put in its place: whoever waits is told. */
async function open({ role, port, user }: Opening, refuse: (refusal: Refusal) => void): Promise<void> {
  try {
    const { serve } = await roles[role]()
    serve(port)
  } catch (cause) {
    refuse({ user, reason: wordsOf(cause) })
  }
}
