// What Vite makes of imports with a question mark.
declare module '*?worker&url' {
  const address: string
  export default address
}
