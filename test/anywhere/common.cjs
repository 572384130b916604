// The scenario in a CommonJS program, which reaches the package through import(), or through require().
async function main() {
  const [engine, way] = process.argv.slice(2)
  const { createNetwork } = way === 'require' ? require('wasmprop') : await import('wasmprop')
  const { scenario } = await import('./scenario.js')
  console.log(JSON.stringify(await scenario({ createNetwork }, engine)))
}

main()
