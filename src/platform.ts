// Types of the host in what users compile against. Programs that know nothing of the web or of Node (`lib: ["es2022"]`
// alone) compile as well: where a program has the type, it is that one, else what the library needs of it.

type Platform<Name extends string, Needed> =
  typeof globalThis extends Record<Name, { readonly prototype: infer Known }> ? Known : Needed

/** An AbortController's `signal` */
export type Signal = Platform<
  'AbortSignal',
  {
    readonly aborted: boolean
    addEventListener(type: 'abort', listener: () => void): void
    removeEventListener(type: 'abort', listener: () => void): void
  }
>

/** A file's address */
export type Address = Platform<'URL', { readonly href: string }>

/** A file that a page was given */
export type File = Platform<'Blob', { readonly size: number; arrayBuffer(): Promise<ArrayBuffer> }>

/** What comes piece by piece, as a response's body */
export type Stream = Platform<'ReadableStream', { getReader(): object }>

/** What `WebAssembly.compile` makes */
export type WasmModule = typeof globalThis extends {
  readonly WebAssembly: { readonly Module: { readonly prototype: infer Known } }
}
  ? Known
  : object
