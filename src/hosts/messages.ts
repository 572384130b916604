// What a worker and the thread that starts it say to each other first. All else passes over ports, one for each use of the
// worker, so that whatever an app posts to a worker of its own is left alone.

/** Raised when any message between threads changes: a worker that runs another version says so. */
export const PROTOCOL = 3

/** What a worker can be used for: to hold a network, to train networks of `trainMany`, to compute for networks on threads */
export type Role = 'network' | 'many' | 'thread'

/** The one message to the worker itself, with its end of the first port */
export interface Invitation {
  readonly wasmprop: number
  readonly port: MessagePort
}

/** The worker's first message over that port */
export interface Welcome {
  readonly protocol: number
}

/** What the worker is sent over it then: a port for each use, and the number of who uses it */
export interface Opening {
  readonly role: Role
  readonly port: MessagePort
  readonly user: number
}

/** What it says where it cannot serve that port */
export interface Refusal {
  readonly user: number
  readonly reason: string
}

/** In Node a port keeps the process alive or does not. */
export type Port = MessagePort & { ref?(): void; unref?(): void }
