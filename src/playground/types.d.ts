// What Vite makes of imports with a question mark.
declare module '*?worker&url' {
  const address: string
  export default address
}

declare module '*?raw' {
  const text: string
  export default text
}
