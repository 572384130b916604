// What Vite makes of imports with a question mark.
declare module '*?worker&url' {
  const address: string
  export default address
}

interface ImportMeta {
  readonly env: { readonly VERSION: string }
}

declare module '*?raw' {
  const text: string
  export default text
}
